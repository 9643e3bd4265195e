using Hutong.EventStore.CommandLine;
using Hutong.IdentityLink.Erasing;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.History;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Profile;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Receipts;
<<<<<<< HEAD
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Sessions;
=======
using Hutong.IdentityLink.Recovering;
>>>>>>> 6da1abd (WIP: recovery by a code or a session that outlives the last way in; people on the way to an app are asked for another)
using Hutong.IdentityLink.SigningIn;
using Hutong.IdentityLink.Succession;
using Hutong.ServiceDefaults;
using Hutong.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("identity-link", Errors.AddTo);
builder.AddPersons();
builder.AddPlatforms();
builder.AddPasskeys();
builder.AddProvider();
builder.AddOperating();
builder.AddRevoking();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPageAssets();
app.MapSignIn();
app.MapPasskeys();
app.MapLinking();
app.MapUnlinking();
app.MapMerging();
app.MapRecovery();
app.MapErasing();
app.MapExport();
app.MapAccount();
app.MapReceipts();
app.MapMe();
app.MapAccountsInTime();
app.MapHistory();
app.MapLooks();
app.MapSearch();
app.MapRevoking();
app.MapSessions();
app.MapProvider();
app.MapSubjectNotices();
return await app.RunService(args);
