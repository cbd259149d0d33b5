-- fields.lua - which further fields does the API have, and of which type?
--
-- The API takes no notice of a field that it does not know, so a typo in the
-- configuration would never be seen. What a picture must be told anyway is not here.
-- SPDX-License-Identifier: MIT

local fields = {}

-- What both kinds of call have, only generations, only edits.
local LISTS = {
    both = {
        number = "cfg_scale distilled_cfg_scale denoising_strength subseed_strength eta s_churn s_tmin s_tmax s_noise refiner_switch_at",
        integer = "steps subseed seed_resize_from_h seed_resize_from_w",
        boolean = "restore_faces tiling",
        string = "negative_prompt sampler_name scheduler refiner_checkpoint script_name",
        table = "styles script_args alwayson_scripts override_settings",
    },
    generation = {
        number = "hr_scale hr_cfg hr_distilled_cfg",
        integer = "hr_second_pass_steps hr_resize_x hr_resize_y",
        boolean = "enable_hr",
        string = "hr_upscaler hr_checkpoint_name hr_sampler_name hr_scheduler hr_prompt hr_negative_prompt",
        table = "hr_additional_modules",
    },
    edit = {
        number = "image_cfg_scale initial_noise_multiplier",
        integer = "resize_mode mask_blur mask_blur_x mask_blur_y inpainting_fill inpaint_full_res_padding",
        boolean = "inpaint_full_res mask_round",
    },
}

local KNOWN = {}        -- name -> { type, of which calls }
for calls, types in pairs(LISTS) do
    for kind, names in pairs(types) do
        for name in names:gmatch "%S+" do
            KNOWN[name] = { kind, calls }
        end
    end
end

local function fits(kind, value)
    return kind == type(value) or (kind == "integer" and math.type(value) == "integer")
end

-- The option parameters -> nil, or the name, what was expected and got
function fields.problem(parameters)
    for name, value in pairs(parameters) do
        local known = KNOWN[name]
        if not known then
            return tostring(name), "a field of modules/automatic1111/README.md", "an unknown field"
        elseif not fits(known[1], value) then
            return name, known[1] == "string" and "text" or "a value of type " .. known[1], pictor.show(value)
        end
    end
    return nil
end

-- Adds what the configuration says for this kind of call, in place of what is there.
function fields.add(body, parameters, calls)
    for name, value in pairs(parameters) do
        if KNOWN[name][2] == "both" or KNOWN[name][2] == calls then
            body[name] = value
        end
    end
    return body
end

return fields
