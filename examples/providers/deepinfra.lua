-- deepinfra.lua - open models at DeepInfra, by its form of OpenAI's API.
--
--     DEEPINFRA_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/deepinfra.lua
--
-- modules/deepinfra/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        deepinfra = { kind = "deepinfra", api_key = env "DEEPINFRA_API_KEY" },
    },
}
