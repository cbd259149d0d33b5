-- comfyui.lua - a machine with ComfyUI: three workflows serve one model id, each for what it can do.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/comfyui.lua
--
-- The workflows beside this file are as ComfyUI exports them (API format), with holes such as "%prompt%" put in by
-- hand. Put yours in their place; modules/comfyui/README.md lists the holes.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },

    providers = {
        comfy = {
            kind = "comfyui",
            base_url = env "COMFYUI_URL" or "http://127.0.0.1:8188",
            models = { "sdxl" },
            workflows = {
                sdxl = {
                    text = file "comfyui/sdxl.json",
                    edit = file "comfyui/sdxl-edit.json",
                    inpaint = file "comfyui/sdxl-inpaint.json",
                    size = "1024x1024",
                },
            },
        },
    },

    -- A picture waits for all that are in front of it in the queue of the one graphics card.
    limits = { upstream_timeout = 900 },
}
