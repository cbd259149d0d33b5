-- zai.lua - Z.AI's GLM-Image and CogView.
--
--     PICTOR_KEY=choose-one ZAI_API_KEY=… build/bin/pictor serve -c examples/providers/zai.lua
--
-- modules/zai/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        zai = {
            kind = "zai",
            api_key = env "ZAI_API_KEY",
            async = true,       -- GLM-Image thinks for a while: its pictures are ordered, and asked for until they are drawn
        },
    },
}
