-- images_api.lua - what do APIs that are shaped like OpenAI's Images API have in common?
--
-- Many hosts and local servers speak it with small differences: what they call their
-- fields is each provider's own business; how a list of pictures is read, and how a
-- form is written, is the same for all.
-- SPDX-License-Identifier: MIT

local images_api = {}

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
        local data = type(entry) == "table" and (entry.b64_json or entry.url)
        if type(data) == "string" and data ~= "" then
            data = data:match "^data:image/[%w.+-]+;base64,(.+)$" or data
            pictures[#pictures + 1] = { data = data, revised_prompt = entry.revised_prompt }
        end
    end
    return pictures
end

-- A whole answer -> results. No picture at all is the core's to say.
function images_api.read(answer)
    return { pictures = images_api.pictures(answer.json), usage = images_api.usage(answer.json.usage) }
end

return images_api
