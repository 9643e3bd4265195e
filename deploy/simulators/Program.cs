using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;
using Hutong.Simulators.Taobao;
using Hutong.Simulators.Weibo;
using Microsoft.AspNetCore.DataProtection;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // The settings lie beside the program, whatever folder it is started from.
    ContentRootPath = AppContext.BaseDirectory,
});
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddRazorComponents();
// The pages bring it along; nothing here is protected by it, so its keys need not outlive the process.
builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
builder.Services.AddHealthChecks();
builder.AddPlatform<WeiboPlatform>(WeiboPlatform.Name);
builder.AddPlatform<TaobaoPlatform>(TaobaoPlatform.Name);

var app = builder.Build();
app.MapPlatforms();
app.MapPictures();
app.MapOverview();
app.MapHealthChecks("/health/live");
app.MapHealthChecks("/health/ready");
await app.RunAsync();
