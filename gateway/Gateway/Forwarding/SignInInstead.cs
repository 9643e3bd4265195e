using System.Net;
using Hutong.Gateway.Exchange;
using Hutong.Gateway.Pages;
using Hutong.Gateway.SigningIn;
using Hutong.Gateway.Sites;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Hutong.Gateway.Forwarding;

/// <summary>Where a service answers a visitor's browser that a page needs somebody signed in, the browser is sent to sign in.</summary>
internal sealed class SignInInstead : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        if (context.Route.IsProviders())
            return;
        context.AddResponseTransform(transform =>
        {
            var (request, response) = (transform.HttpContext.Request, transform.HttpContext.Response);
            if (transform.ProxyResponse is { StatusCode: HttpStatusCode.Unauthorized }
                && transform.HttpContext.FindSite() is not null
                // Somebody who is signed in and refused all the same would go round in circles.
                && transform.HttpContext.Features.Get<Caller>() is { IsKnown: false }
                && request.IsNavigation())
            {
                transform.SuppressResponseBody = true;
                response.Clear();
                response.Headers.CacheControl = "no-store";
                response.Redirect(SignIn.PathFor(request.ReturnPath()));
            }
            return ValueTask.CompletedTask;
        });
    }
}
