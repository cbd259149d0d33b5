-- bfl.lua - FLUX from Black Forest Labs, drawn in Europe.
--
--     PICTOR_KEY=choose-one BFL_API_KEY=… build/bin/pictor serve -c examples/providers/bfl.lua
--
-- modules/bfl/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        flux = {
            kind = "bfl",
            api_key = env "BFL_API_KEY",
            base_url = "https://api.eu.bfl.ai/v1",                          -- without it: wherever there is room
            models = { "flux-3-image", "flux-2-pro", "flux-pro-1.0-fill" }, -- without it: every FLUX
            grounding = false,                                              -- FLUX.3 would look things up in the web
        },
    },
    limits = { upstream_timeout = 600 },        -- seconds; FLUX.3 takes minutes for 4k
}
