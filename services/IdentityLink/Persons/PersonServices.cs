using Hutong.EventStore;
using Hutong.IdentityLink.Erasing;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.History;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Profile;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Succession;
using Hutong.Messaging;
using Hutong.Web;
using Microsoft.AspNetCore.DataProtection;

namespace Hutong.IdentityLink.Persons;

/// <summary>Persons, their accounts, their sessions and what is stored of them.</summary>
internal static class PersonServices
{
    public static WebApplicationBuilder AddPersons(this WebApplicationBuilder builder)
    {
        builder.AddEventStore(StoredEvents.Types, MessagingServices.Schema, typeof(PersonServices).Assembly);
        builder.AddPersonKeys();
        builder.AddMessaging(publish: Publishing.Map);
        var services = builder.Services;
        services.AddOptions<LinkingOptions>().BindConfiguration("Linking").ValidateDataAnnotations()
            .Validate<KnownPlatforms>(
                (options, platforms) => options.Suspensions.Keys.All(name => name == Passkey.Platform || platforms.Find(name) is not null),
                "Linking:Suspensions names platforms that are configured, or passkey.")
            .ValidateOnStart();
        services.AddSingleton<AccountStreams>();
        services.AddSingleton<LinkedAccounts>();
        services.AddSingleton<AssigningSubjects>();
        services.AddSingleton<KnownSubjects>();
        services.AddSingleton<GivingConsent>();
        services.AddSingleton<WithdrawingConsent>();
        services.AddSingleton<PartnerConsents>();
        builder.AddErasing();
        services.AddSingleton<Reach>();
        services.AddSingleton<MergeSummaries>();
        services.AddSingleton<SigningInWithAccount>();
        services.AddSingleton<CallbackStates>();
        builder.AddWrappedSecrets<byte[]>("callback_state", "state_hash", "wrapped_visit", state => state);
        services.AddSingleton<Visiting>();
        services.AddSingleton<LettingIn>();
        services.AddSingleton<LinkingAccounts>();
        services.AddSingleton<UnlinkingAccounts>();
        services.AddSingleton<MergingPersons>();
        services.AddSingleton<MovingAccounts>();
        services.AddSingleton<IssuingReceipts>();
        services.AddSingleton<ReceiptDownloads>();
        services.AddSingleton<GraphInTime>();
        services.AddSingleton<PersonHistory>();
        services.AddSingleton<SubjectNotices>();
        services.AddSingleton<WaysIn>();
        services.AddSingleton<Notices>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<RecoveryAttempts>();
        services.AddSingleton<Recoveries>();
        services.AddSingleton<MakingRecoveryCodes>();
        services.AddSingleton<RecoveringPersons>();
        services.AddSingleton<LinkProofs>();
        services.AddSingleton<StartingLinks>();
        services.AddOptions<SessionLimits>().BindConfiguration("Sessions")
            .Validate(options => options.AreUsable, "Sessions:IdleLimit is a minute or more, and AbsoluteLimit no shorter.")
            .ValidateOnStart();
        services.AddSingleton<BrowserSessions>();
        services.AddSingleton<EndingSessions>();
        services.AddSingleton<SessionList>();
        services.AddHostedService<ExpiredRows>();
        builder.AddPages();
        // The pages bring it along; forms carry a token of their own (Browser.FormToken), so its keys protect nothing.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        return builder;
    }
}
