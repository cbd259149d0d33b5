-- azure.lua - the same models at Azure, by an application's secret in place of a key.
--
--     AZURE_OPENAI_BASE_URL=https://NAME.openai.azure.com/openai/v1 AZURE_TENANT_ID=… AZURE_CLIENT_ID=… \
--     AZURE_CLIENT_SECRET=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/azure.lua
--
-- With a key: api_key = env "AZURE_OPENAI_API_KEY" in place of tenant, client_id and client_secret.
-- modules/openai/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        azure = {
            kind = "openai",
            azure = true,
            base_url = env "AZURE_OPENAI_BASE_URL",
            tenant = env "AZURE_TENANT_ID",
            client_id = env "AZURE_CLIENT_ID",
            client_secret = env "AZURE_CLIENT_SECRET",
            models = { ["gpt-image-2"] = "my-deployment" },      -- what clients ask for = what it is called there
        },
    },
}
