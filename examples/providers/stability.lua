-- stability.lua - Stability AI's models, with edits that stay close to the picture.
--
--     PICTOR_KEY=choose-one STABILITY_API_KEY=… build/bin/pictor serve -c examples/providers/stability.lua
--
-- A client may say how close by itself: input_fidelity high or low. modules/stability/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        stability = {
            kind = "stability",
            api_key = env "STABILITY_API_KEY",
            strength = 50,          -- percent that is drawn anew
        },
    },
}
