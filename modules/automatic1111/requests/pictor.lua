-- pictor.lua - what the documents in this folder are served with.
return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },
    keys = { { name = "test", key = "test-key" } },
    providers = {
        sd = {
            kind = "automatic1111", base_url = "$AUTOMATIC1111",
            models = { "photo_v2", "gone", xl = "sdxl/base_xl.safetensors [0123abcd45]" },
            parameters = {
                steps = 25, cfg_scale = 6.5, sampler_name = "Euler a", denoising_strength = 0.6, enable_hr = false, mask_blur = 8,
            },
        },
    },
    limits = { in_flight = 64 },
}
