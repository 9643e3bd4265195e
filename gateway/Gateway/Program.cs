using Hutong.Gateway;

await WebApplication.CreateBuilder(args).AddGateway().Build().MapGateway().RunAsync();
