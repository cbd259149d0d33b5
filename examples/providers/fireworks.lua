-- fireworks.lua - FLUX.1 and Kontext at Fireworks.
--
--     FIREWORKS_API_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/fireworks.lua
--
-- modules/fireworks/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        fireworks = { kind = "fireworks", api_key = env "FIREWORKS_API_KEY" },
    },
}
