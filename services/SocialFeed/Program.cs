using Hutong.EventStore;
using Hutong.EventStore.CommandLine;
using Hutong.Messaging;
using Hutong.ServiceDefaults;
using Hutong.SocialFeed;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Pages;
using Hutong.SocialFeed.Posting;
using Hutong.SocialFeed.Reading;
using Hutong.SocialFeed.Reposting;
using Hutong.SocialFeed.Timelines;
using Hutong.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("social-feed", FeedProblems.Add);
builder.AddEventStore(FeedEvents.Types, MessagingServices.Schema, typeof(Program).Assembly);
builder.AddPersonKeys();
builder.AddErasureReplay<ReplayingErasures>();
builder.AddMessaging(FeedEvents.Publish, FeedEvents.Consume);
builder.AddProjection<TimelineProjection>();
builder.AddPages();
builder.Services
    .AddSingleton<AuthorKeys>()
    .AddSingleton<ErasingAuthors>()
    .AddSingleton<ProductLinks>()
    .AddSingleton<PostCommands>()
    .AddSingleton<RepostCommands>()
    .AddSingleton<FollowCommands>()
    .AddSingleton<PostQueries>();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPageAssets();
var feed = app.MapGroup("/feed").RequireAuthorization();
PublishPost.Map(feed);
RepostPost.Map(feed);
FollowAuthor.Map(feed);
ReadPosts.Map(feed);
SocialPages.Map(app);
return await app.RunService(args);
