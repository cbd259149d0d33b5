-- automatic1111.lua - a machine with AUTOMATIC1111's web UI, or Forge: its checkpoints as models.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/automatic1111.lua
--
-- The web UI must be started with --api. A client's "photo" is the checkpoint behind it; what it should be told beside
-- the prompt stands in parameters.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },

    providers = {
        webui = {
            kind = "automatic1111",
            base_url = env "WEBUI_URL" or "http://127.0.0.1:7860",
            user = env "WEBUI_USER",
            password = env "WEBUI_PASSWORD",
            models = { photo = "sdxl/juggernautXL_v9.safetensors", ["sd_xl_base_1.0"] = "sd_xl_base_1.0.safetensors" },
            parameters = {
                sampler_name = "DPM++ 2M", scheduler = "Karras", steps = 28, cfg_scale = 6.5,
                denoising_strength = 0.6, negative_prompt = "blurry, watermark",
            },
        },
    },

    -- A picture waits for all that are in front of it at the one graphics card.
    limits = { upstream_timeout = 900 },
}
