using Hutong.Attribution;
using Hutong.Attribution.Crediting;
using Hutong.Attribution.Posts;
using Hutong.EventStore;
using Hutong.Messaging;
using Hutong.ServiceDefaults;
using Hutong.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("attribution", AttributionProblems.Add);
builder.AddEventStore(AttributionEvents.Types, MessagingServices.Schema, typeof(Program).Assembly);
builder.AddMessaging(consume: AttributionEvents.Consume);
builder.AddPages();
builder.Services
    .AddSingleton<RepostTrees>()
    .AddSingleton<CreditingOrders>()
    .AddSingleton<OrderExplanations>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPageAssets();
var attribution = app.MapGroup("/attribution").RequireAuthorization();
ExplainOrder.Map(attribution);
app.Run();
