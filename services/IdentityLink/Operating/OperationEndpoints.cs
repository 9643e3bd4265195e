using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;

namespace Hutong.IdentityLink.Operating;

/// <summary>
/// Where the endpoints for operators are mapped. None of them answers without the scope
/// <see cref="Scopes.Operations"/> and a reason, whoever adds them. All are POST: even a look leaves an event.
/// </summary>
internal static class OperationEndpoints
{
    /// <summary>
    /// Endpoints under <c>/identity/operations</c>. Each takes an <see cref="IOperation"/>; one that does not fails when
    /// the service starts.
    /// </summary>
    public static RouteGroupBuilder MapOperations(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/identity/operations").RequireScope(Scopes.Operations).AddEndpointFilterFactory(AskWhy);

    private static EndpointFilterDelegate AskWhy(EndpointFilterFactoryContext endpoint, EndpointFilterDelegate next)
    {
        var operation = Array.FindIndex(
            endpoint.MethodInfo.GetParameters(), parameter => parameter.ParameterType.IsAssignableTo(typeof(IOperation)));
        if (operation < 0)
            throw new InvalidOperationException($"{endpoint.MethodInfo.Name} is for operators and takes no {nameof(IOperation)}.");
        return invocation =>
        {
            NoStore.Set(invocation.HttpContext.Response);
            return OperationReason.Find(invocation.GetArgument<IOperation>(operation).Reason) is null
                ? ValueTask.FromResult<object?>(invocation.HttpContext.RequestServices.GetRequiredService<ProblemTable>()
                    .Answer(new Rejection(OperationReason.Missing)))
                : next(invocation);
        };
    }
}
