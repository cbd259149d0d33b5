-- openrouter.lua - one account for the models of many makers; only some of them may be used here.
--
--     OPENROUTER_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/openrouter.lua
--
-- modules/openrouter/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        router = {
            kind = "openrouter",
            api_key = env "OPENROUTER_API_KEY",
            sort = "price",
            models = { "x-ai/", "bytedance-seed/", "recraft/recraft-v4.1-pro" },
        },
    },
}
