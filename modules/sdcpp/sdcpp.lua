-- sdcpp.lua - how is a picture asked for of stable-diffusion.cpp's sd-server?
--
-- OpenAI's API; what that has no field for is JSON within the prompt. So a prompt that
-- brings such JSON itself is refused: it would set what is the operator's. Unasked, the
-- server takes the same seed every time, and for -1 one that is the same for a second.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"
local shape = require "shape"

local ORDER = { "prompt", "n", "size", "output_format", "output_compression" }
local PARTS = { image = "image[]", mask = "mask" }
local TAG = "sd_cpp_extra_args"
local AREA = 1048576        -- pixels of an edit, about, where no size was asked for
local SIDES = { min = 64, max = 2048, step = 64 }

-- In the same order every time, so that the same request is the same call.
local function json_of(fields)
    local _, names = images_api.with({}, fields)
    local pieces = {}
    for i, name in ipairs(names) do
        pieces[i] = ("%s:%s"):format(pictor.json.encode(name), pictor.json.encode(fields[name]))
    end
    return "{" .. table.concat(pieces, ",") .. "}"
end

local function prompt_of(job)
    local fields = images_api.with({ seed = job.seed or job.random_seed }, job.options.extra_args)
    return ("%s<%s>%s</%s>"):format(job.prompt, TAG, json_of(fields), TAG)
end

-- An edit is as large as its first picture, and a photograph may be more than a graphics card has room for.
local function size(job)
    local first = job.images and job.images[1]
    if job.size then
        return job.size.text
    elseif first and first.width and first.width * first.height > AREA then
        return ("%dx%d"):format(shape.like(first, AREA, SIDES))
    end
    return nil
end

local function build(job)
    if job.prompt:find(TAG, 1, true) then
        return nil, pictor.fail("invalid_value", ("prompt: expected one without %s, got one with it"):format(TAG), { param = "prompt" })
    end
    return images_api.call(job, {
        prompt = prompt_of(job), n = job.n, size = size(job), output_format = images_api.format(job),
        output_compression = not job.finish.format and job.request.output_compression or nil,
    }, ORDER, PARTS)
end

-- What it refuses is the operator's: its model, or extra_args. And 404 is no missing model, as none is named.
local function read_error(answer, job, fail)
    if answer.status ~= 400 and answer.status ~= 404 then
        return fail
    end
    local words = type(answer.json) == "table" and answer.json.error
    return pictor.fail("upstream_error", ("%s: expected a picture, got %s"):format(job.provider.name,
        answer.status == 404 and "no API of sd-server" or "status 400: " .. pictor.words(words or "no words")))
end

local OWN = { "prompt", "seed", "width", "height", "batch_count", "output_format", "output_compression", "init_image", "ref_images",
    "mask_image" }

-- There cannot be two of what a request decides.
local function check(options)
    for name, value in pairs(options.extra_args) do
        if type(name) ~= "string" then
            return "extra_args", "{ name = value }", pictor.show(value)
        end
    end
    for _, name in ipairs(OWN) do
        if options.extra_args[name] ~= nil then
            return "extra_args." .. name, "a field that requests do not decide", pictor.show(options.extra_args[name])
        end
    end
    return nil
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 2048, step = 64 }, n = 8, inputs = 8, mask = "white", formats = { "png", "jpeg" },
        transparent = false,
    },
    takes = { "images", "mask", "n", "output_compression", "output_format", "seed", "size" },
    options = {
        api_key = { type = "text", secret = true, about = "A key, if something in front of the server wants one." },
        base_url = { type = "url", default = "http://127.0.0.1:1234/v1", about = "Where the server is, up to and with /v1." },
        extra_args = {
            type = "list", default = {},
            about = "Fields of its own API for every picture, such as { sample_params = { sample_steps = 20 } }.",
        },
    },
    check = check,
    build = build,
    read = images_api.read,
    read_error = read_error,
}
