using Hutong.EventStore.CommandLine;
using Hutong.Gateway;

return await WebApplication.CreateBuilder(args).AddGateway().Build().MapGateway().RunService(args);
