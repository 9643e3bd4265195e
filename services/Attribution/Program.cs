using Hutong.Attribution;
using Hutong.Attribution.Crediting;
using Hutong.Attribution.Identities;
using Hutong.Attribution.Pages;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Reporting;
using Hutong.EventStore;
using Hutong.EventStore.CommandLine;
using Hutong.Messaging;
using Hutong.ServiceDefaults;
using Hutong.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("attribution", AttributionProblems.Add);
builder.AddEventStore(AttributionEvents.Types, MessagingServices.Schema, typeof(Program).Assembly);
builder.AddErasureReplay<ReplayingErasures>();
builder.AddMessaging(consume: AttributionEvents.Consume);
builder.AddProjection<ReportProjection>();
builder.AddPages();
builder.Services
    .AddSingleton<ForgettingIdentities>()
    .AddSingleton<RepostTrees>()
    .AddSingleton<CreditingOrders>()
    .AddSingleton<OrderExplanations>()
    .AddSingleton<OrderQueries>()
    .AddSingleton<ReportQueries>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPageAssets();
var attribution = app.MapGroup("/attribution").RequireAuthorization();
ListOrders.Map(attribution);
ExplainOrder.Map(attribution);
ReportPost.Map(attribution);
ReadReport.Map(attribution);
BrandPages.Map(app);
return await app.RunService(args);
