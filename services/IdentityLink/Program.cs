using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Profile;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.SigningIn;
using Hutong.Messaging.Parking;
using Hutong.ServiceDefaults;
using Hutong.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("identity-link", Errors.AddTo);
builder.AddPersons();
builder.AddPlatforms();
builder.AddPasskeys();
builder.AddProvider();

var app = builder.Build();
app.MapServiceDefaults();
app.MapPageAssets();
app.MapSignIn();
app.MapPasskeys();
app.MapLinking();
app.MapAccount();
app.MapMe();
app.MapProvider();
return await app.RunService(args);
