-- body.lua - what does this model call what it is asked for?
--
-- Each generation of models has other names for its fields, and other things that it cannot
-- be told. Some would rewrite the prompt unasked, so all are told whether they shall.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local body = {}

-- By the beginning of an id; the first that fits. images: what input pictures are called, several of them by number or in
-- a list; tolerance: what moderation=low stands for; upsampling: the field that decides whether the prompt is rewritten.
local SHAPES = {
    { "flux-2-klein", images = "input_image", tolerance = 5 },
    { "flux-2-flex", images = "input_image", tolerance = 5, upsampling = "prompt_upsampling" },
    { "flux-2-", images = "input_image", tolerance = 5, upsampling = "disable_pup" },
    { "flux-kontext-", images = "input_image", tolerance = 6, upsampling = "prompt_upsampling" },
    { "flux-pro-1.0-fill", images = "image", tolerance = 6, upsampling = "prompt_upsampling", needs_mask = true },
    { "flux-pro", images = "image_prompt", tolerance = 6, upsampling = "prompt_upsampling" },
    { "flux-dev", images = "image_prompt", tolerance = 6, upsampling = "prompt_upsampling" },
    { "", images = "images", in_list = true, tolerance = 4, grounding = true },     -- flux-3 and later
}

local function shape_of(id)
    for _, shape in ipairs(SHAPES) do
        if id:sub(1, #shape[1]) == shape[1] then
            return shape
        end
    end
end

-- What this model is nothing without -> fail | nil
local function missing(job, shape)
    if not shape.needs_mask or job.mask or job.images and job.images[1].alpha then
        return nil
    end
    local name = job.images and "mask" or "images"
    return pictor.fail("missing_required_parameter", ("%s: expected one for %s, got none"):format(name, job.model), { param = name })
end

local function add_pictures(fields, job, shape)
    local list = {}
    for i, picture in ipairs(job.images or {}) do
        list[i] = picture.data
        if not shape.in_list then
            fields[i == 1 and shape.images or ("%s_%d"):format(shape.images, i)] = picture.data
        end
    end
    if shape.in_list and #list > 0 then
        fields[shape.images] = list
    end
    fields.mask = job.mask and job.mask.data
end

-- What the API would decide by itself.
local function add_habits(fields, options, shape)
    if shape.upsampling then
        fields[shape.upsampling] = (shape.upsampling == "disable_pup") ~= options.prompt_upsampling
    end
    if shape.grounding then
        fields.grounding = options.grounding
    end
end

-- job -> the fields of an order | nil, fail
function body.of(job)
    local shape = shape_of(job.model)
    local err = missing(job, shape)
    if err then
        return nil, err
    end
    local fields = {
        prompt = job.prompt, seed = job.seed, width = job.size and job.size.width, height = job.size and job.size.height,
        aspect_ratio = job.aspect_ratio, resolution = job.image_size, output_format = images_api.format(job),
        safety_tolerance = job.request.moderation == "low" and shape.tolerance or nil,
    }
    add_habits(fields, job.options, shape)
    add_pictures(fields, job, shape)
    return fields
end

return body
