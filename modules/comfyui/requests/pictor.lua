-- pictor.lua - what the documents in this folder are served with.

local MODEL = [["1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": "sd_xl_base_1.0.safetensors" } },
    "2": { "class_type": "CLIPTextEncode", "inputs": { "text": "photo of %prompt%, seed %seed%", "clip": ["1", 1] } },
    "3": { "class_type": "CLIPTextEncode", "inputs": { "text": "50\u0025of%year%", "clip": ["1", 1] } },]]
local SAVE = [["8": { "class_type": "VAEDecode", "inputs": { "samples": ["7", 0], "vae": ["1", 2] } },
    "10": { "class_type": "SaveImage", "inputs": { "images": ["8", 0], "filename_prefix": "pictor" } } }]]

local function sampler(seed, denoise)
    return ([["7": { "class_type": "KSampler", "inputs": { "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0],
        "latent_image": ["6", 0], "seed": %s, "steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal",
        "denoise": %s } },]]):format(seed, denoise)
end

local DRAW = "{" .. MODEL .. [["6": { "class_type": "EmptyLatentImage",
    "inputs": { "width": "%width%", "height": "%height%", "batch_size": "%n%" } },]] .. sampler('"%seed%"', "1.0") .. SAVE
local ONE = DRAW:gsub('"%%n%%"', "1")
local FIXED = ("{" .. MODEL .. [["6": { "class_type": "EmptyLatentImage", "inputs": { "width": 512, "height": 512, "batch_size": 1 } },]]
    .. sampler("18446744073709551615", "1.0") .. SAVE):gsub(", seed %%seed%%", "")
local SAME = FIXED:gsub("photo of", "photo of %%n%%")
local LOAD = [["4": { "class_type": "LoadImage", "inputs": { "image": "%image%" } },]]
local ENCODE = [["6": { "class_type": "VAEEncode", "inputs": { "pixels": ["4", 0], "vae": ["1", 2] } },]]
local EDIT = "{" .. MODEL .. LOAD .. ENCODE .. sampler('"%seed%"', "0.6") .. SAVE
local INPAINT = "{" .. MODEL .. LOAD .. [["5": { "class_type": "LoadImage", "inputs": { "image": "%mask%" } },
    "6": { "class_type": "VAEEncodeForInpaint", "inputs": { "pixels": ["4", 0], "vae": ["1", 2], "mask": ["5", 1], "grow_mask_by": 6 } },]]
    .. sampler('"%seed%"', "1.0") .. SAVE
local BOTH = "{" .. MODEL .. LOAD .. [["5": { "class_type": "LoadImage", "inputs": { "image": "%image_2%" } },
    "9": { "class_type": "ImageBatch", "inputs": { "image1": ["4", 0], "image2": ["5", 0] } },
    "10": { "class_type": "PreviewImage", "inputs": { "images": ["9", 0] } } }]]

return {
    listen = "$LISTEN",
    privacy = { strip_metadata = false },
    keys = { { name = "test", key = "test-key" } },
    providers = {
        comfy = {
            kind = "comfyui", base_url = "$COMFYUI", models = { "draw", "one", "fixed", "paint", "both", "small", "same" },
            workflows = {
                draw = DRAW, one = ONE, fixed = FIXED, same = SAME, both = BOTH, paint = { edit = EDIT, inpaint = INPAINT },
                small = { text = DRAW, size = "512x768" },
            },
        },
    },
    limits = { in_flight = 64 },
}
