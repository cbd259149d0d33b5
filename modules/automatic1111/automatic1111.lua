-- automatic1111.lua - how is a picture drawn by the web UI of AUTOMATIC1111, or by Forge?
--
-- A machine with checkpoints: the model's id is the checkpoint's name. One call draws
-- all n and answers when they are done. What the API does unasked is for a person in
-- front of it, and partly spoils pictures, so that much is said in each call.
-- SPDX-License-Identifier: MIT

local checkpoint = require "checkpoint"
local fields = require "fields"
local shape = require "shape"

local SIDES = { min = 64, max = 2048, step = 8 }

local function headers(options)
    local pair = options.user and options.user .. ":" .. options.password
    return { authorization = pair and "Basic " .. pictor.base64.encode(pair) or nil }
end

-- Cut to shape, never stretched; within a mask the picture is what one begins with, and it is seen whole.
local function edit_body(job)
    local body = { resize_mode = 1, inpainting_fill = 1, inpaint_full_res = false }
    fields.add(body, job.options.parameters, "edit")
    body.init_images, body.mask = { job.images[1].data }, job.mask and job.mask.data
    return body
end

-- The checkpoint stays loaded, because to load one takes longer than to draw.
local function settings(options, model)
    local result = {}
    for name, value in pairs(options.parameters.override_settings or {}) do
        result[name] = value
    end
    result.sd_model_checkpoint = model
    return result
end

local function build(job)
    local options = job.options
    local body = job.images and edit_body(job) or fields.add({}, options.parameters, "generation")
    body.prompt, body.seed, body.width, body.height = job.prompt, job.seed, shape.of(job, job.options.size, SIDES)
    body.batch_size, body.n_iter = options.batch and job.n or 1, options.batch and 1 or job.n
    body.send_images, body.save_images = true, false
    body.override_settings, body.override_settings_restore_afterwards = settings(options, job.model), options.restore
    return { url = options.base_url .. "/sdapi/v1/" .. (job.images and "img2img" or "txt2img"), headers = headers(options), body = body }
end

local function info_of(json)
    local info = type(json.info) == "string" and pictor.json.decode(json.info)
    return type(info) == "table" and info or {}
end

local function read(answer, job)
    local info, pictures = info_of(answer.json), {}
    if not checkpoint.has_drawn(info, job.model) then
        return nil, pictor.fail("model_not_found", ("model: expected a checkpoint that %s has, got %s; it draws with %s"):format(
            job.provider.name, pictor.show(job.model), pictor.show(info.sd_model_name)), { param = "model", charged = true })
    end
    local first = math.type(info.index_of_first_image) == "integer" and math.max(0, info.index_of_first_image) or 0
    local images = type(answer.json.images) == "table" and answer.json.images or {}
    for i = 1 + first, #images do               -- a grid of all may come in front of them
        local data = type(images[i]) == "string" and images[i] or ""
        pictures[#pictures + 1] = data ~= "" and { data = data:match "^data:image/[%w.+-]+;base64,(.+)$" or data } or nil
    end
    return { pictures = pictures }
end

-- -> words, or nil; what the machine lacks is not the client's fault, and another provider may have it
local function meaning(answer, body)
    local detail = tostring(body.detail)
    if body.error == "OutOfMemoryError" then
        return "too little memory on its graphics card: " .. tostring(body.errors)
    elseif detail == "Invalid encoded image" then
        return "a web UI that cannot read the picture"
    elseif answer.status == 404 and detail == "Not Found" then
        return "no API there: it must be started with --api"
    elseif answer.status == 400 or answer.status == 404 or answer.status == 422 then
        local first = type(body.detail) == "table" and type(body.detail[1]) == "table" and body.detail[1].msg
        return ("status %d: %s"):format(answer.status, pictor.words(first or body.detail or "no words"))
    end
    return nil
end

local function read_error(answer, job, fail)
    local words = meaning(answer, type(answer.json) == "table" and answer.json or {})
    if not words then
        return fail
    end
    return pictor.fail("upstream_error", ("%s: expected a picture, got %s"):format(job.provider.name, pictor.words(words)))
end

local function check(options)
    local name, expected, got = fields.problem(options.parameters)
    if name then
        return "parameters." .. name, expected, got
    elseif not options.size:match "^[1-9]%d?%d?%d?x[1-9]%d?%d?%d?$" then
        return "size", "WIDTHxHEIGHT such as 1024x1024", pictor.show(options.size)
    elseif (options.user == nil) ~= (options.password == nil) then
        return options.user and "password" or "user", "both of user and password", "nil"
    end
    return nil
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 2048, step = 8 }, n = 4, inputs = 1, mask = "white", formats = { "png" }, transparent = false,
    },
    takes = { "images", "mask", "n", "seed", "size" },
    options = {
        base_url = { type = "url", default = "http://127.0.0.1:7860", about = "Where the web UI is, started with --api." },
        user = { type = "text", about = "The name of --api-auth." },
        password = { type = "text", secret = true, about = "The password of --api-auth." },
        parameters = { type = "list", default = {}, about = "Further fields of the API, such as { steps = 25, cfg_scale = 6.5 }." },
        size = { type = "text", default = "1024x1024", about = "What is drawn when no size was asked for." },
        batch = { type = "boolean", default = true, about = "Draw n at once; false: one after another, in less memory." },
        restore = { type = "boolean", default = false, about = "Load the former checkpoint again behind each call." },
    },
    check = check,
    build = build,
    read = read,
    read_error = read_error,
}
