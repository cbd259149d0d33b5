-- fal.lua - fal's apps, with pictures in the answer instead of behind links that everybody can open.
--
--     FAL_KEY=… PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/fal.lua
--
-- Any app can be asked for as "fal/owner/app"; what it calls its inputs is said in `wire`, as its page at fal has it.
-- modules/fal/README.md has all options.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        fal = {
            kind = "fal",
            api_key = env "FAL_KEY",
            inline = true,
            wire = { ["fal-ai/flux-2-flex"] = { edit = "fal-ai/flux-2-flex/edit", images = "image_urls" } },
        },
    },
}
