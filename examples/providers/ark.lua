-- ark.lua - ByteDance's Seedream, from BytePlus.
--
--     PICTOR_KEY=choose-one ARK_API_KEY=… build/bin/pictor serve -c examples/providers/ark.lua
--
-- With a key of Volcengine, in China: china = true. modules/ark/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        seedream = {
            kind = "ark",
            api_key = env "ARK_API_KEY",
            models = { "seedream-5.5", "seedream-4.5" },        -- what the account has opened; without it: every Seedream
        },
    },
    limits = { upstream_timeout = 180 },        -- seconds; the largest pictures take a minute or two
}
