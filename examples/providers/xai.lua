-- xai.lua - xAI's Grok Imagine.
--
--     XAI_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/xai.lua
--
-- modules/xai/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        xai = { kind = "xai", api_key = env "XAI_API_KEY" },
    },
}
