-- images_api.lua - what do APIs that are shaped like OpenAI's Images API have in common?
--
-- Many hosts and local servers speak it with small differences: what they call their
-- fields is each provider's own business; how a list of pictures is read, and how a
-- form is written, is the same for all.
-- SPDX-License-Identifier: MIT
local refusals = require "images_refusals"

local filled = require("typed").filled

local images_api = { refused = refusals.refused, read_error = refusals.read_error }

local EXTENSIONS = { png = "png", jpeg = "jpg", webp = "webp", gif = "gif", avif = "avif" }

-- { api_key } -> the usual header; without a key none: a machine of one's own may want none.
function images_api.bearer(options)
    return { authorization = options.api_key and "Bearer " .. options.api_key or nil }
end

-- A picture as a part of a form. filename: without its extension.
function images_api.file(name, picture, filename)
    local extension = EXTENSIONS[picture.type] or "png"
    return { name = name, picture = picture.data, filename = ("%s.%s"):format(filename or name, extension), type = picture.mime }
end

-- values: name -> text, number, boolean or nil. order: the names, in the order in which they are sent.
-- -> a call's form, to which pictures may be added
function images_api.form(values, order)
    local parts = {}
    for _, name in ipairs(order) do
        if values[name] ~= nil then
            parts[#parts + 1] = { name = name, value = tostring(values[name]) }
        end
    end
    return parts
end

-- The counters of an object that are numbers.
local function numbers(object)
    local result = {}
    for name, value in pairs(type(object) == "table" and object or {}) do
        result[name] = type(value) == "number" and value or nil
    end
    return result
end

-- OpenAI's usage object -> tokens in four kinds, or nil. Without details, what comes out of an image model is pictures.
function images_api.usage(usage)
    local all = numbers(usage)
    if not all.output_tokens then
        return nil
    end
    local input, output = numbers(usage.input_tokens_details), numbers(usage.output_tokens_details)
    local image_in, image_out = input.image_tokens or 0, output.image_tokens or all.output_tokens
    return {
        text_in = input.text_tokens or (all.input_tokens or 0) - image_in, image_in = image_in,
        text_out = output.text_tokens or all.output_tokens - image_out, image_out = image_out,
    }
end

-- { data = { { b64_json or url, revised_prompt } … } } -> pictures, in order; none is an empty list
function images_api.pictures(body)
    local pictures = {}
    for _, entry in ipairs(type(body.data) == "table" and body.data or {}) do
        local data = type(entry) == "table" and (filled(entry.b64_json) or filled(entry.url))
        if data then
            data = data:match "^data:image/[%w.+-]+;base64,(.+)$" or data
            pictures[#pictures + 1] = { data = data, revised_prompt = entry.revised_prompt }
        end
    end
    return pictures
end

-- A whole answer -> results | nil, fail. A prompt that is only repeated was not revised. Without a job, and so without a
-- name to give, an answer that holds an error in place of pictures is left to the caller.
function images_api.read(answer, job)
    local pictures = images_api.pictures(answer.json)
    local err = job and #pictures == 0 and refusals.inside(answer.json.error, job)
    if err then
        return nil, err
    end
    for _, picture in ipairs(pictures) do
        picture.revised_prompt = (not job or picture.revised_prompt ~= job.prompt) and picture.revised_prompt or nil
    end
    return { pictures = pictures, usage = images_api.usage(answer.json.usage) }
end

local function is_one_of(list, name)
    for _, one in ipairs(list) do
        if one == name then
            return true
        end
    end
    return false
end

-- The format to ask for, of those that the model can be told: what is worked on afterwards is better drawn without loss.
function images_api.format(job)
    local wanted = next(job.finish) ~= nil and "png" or job.request.output_format
    return is_one_of(job.row.formats or {}, wanted) and wanted or nil
end

-- ---- fields of the operator's own --------------------------------------------------------------------------------

images_api.send = { type = "list", default = {}, about = "Fields that are sent with every call as they are, such as { steps = 30 }." }

-- values with the operator's fields among them, if there are any -> values, and the names of those fields, sorted
function images_api.with(values, send)
    local names = {}
    for name, value in pairs(send or {}) do
        values[name] = value
        names[#names + 1] = name
    end
    table.sort(names)
    return values, names
end

-- Generations as JSON, edits as a form. values: the fields. order: in which a form has them; parts: { image, mask }, what it
-- calls its pictures. -> a call, with the operator's fields in it
function images_api.call(job, values, order, parts)
    local base, headers = job.options.base_url, images_api.bearer(job.options)
    local body, names = images_api.with(values, job.options.send)
    if not job.images then
        return { url = base .. "/images/generations", headers = headers, body = body }
    end
    local form = images_api.form(body, order)
    for _, part in ipairs(images_api.form(body, names)) do
        form[#form + 1] = part
    end
    for i, picture in ipairs(job.images) do
        form[#form + 1] = images_api.file(parts.image, picture, "image-" .. i)
    end
    form[#form + 1] = job.mask and images_api.file(parts.mask, job.mask, "mask") or nil
    return { url = base .. "/images/edits", headers = headers, form = form }
end

-- own: names of what the provider itself sends, or not; there cannot be two of them. -> nil | option, expected, got
function images_api.check(send, own)
    for name, value in pairs(send) do
        if type(name) ~= "string" then
            return "send", "{ name = value }", pictor.show(value)
        elseif is_one_of(own, name) then
            return "send." .. name, "a field that requests do not decide", pictor.show(value)
        elseif type(value) == "table" or type(value) == "function" then
            return "send." .. name, "text, a number, or true or false", pictor.show(value)
        end
    end
    return nil
end

return images_api
