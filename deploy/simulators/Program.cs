using Hutong.Simulators.Jd;
using Hutong.Simulators.OpenIdConnect;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;
using Hutong.Simulators.Qq;
using Hutong.Simulators.Taobao;
using Hutong.Simulators.WeChat;
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
builder.AddPlatform<QqPlatform>(QqPlatform.Name, Mode.OmitUnionid);
builder.AddPlatform<WeChatPlatform>(WeChatPlatform.Name, Mode.OmitUnionid, Mode.SnapshotUser);
builder.AddPlatform<TaobaoPlatform>(TaobaoPlatform.Name);
builder.AddPlatform<JdPlatform>(JdPlatform.Name);
builder.AddPlatform<OpenIdConnectPlatform>(OpenIdConnectPlatform.Name);

var app = builder.Build();
app.MapPlatforms();
app.MapMisbehave();
app.MapPictures();
app.MapOverview();
app.MapHealthChecks("/health/live");
app.MapHealthChecks("/health/ready");
await app.RunAsync();
