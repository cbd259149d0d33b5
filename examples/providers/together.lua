-- together.lua - FLUX and others at Together.
--
--     TOGETHER_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/together.lua
--
-- modules/together/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        together = { kind = "together", api_key = env "TOGETHER_API_KEY" },
    },
}
