-- request.lua - what does the client want?
--
-- JSON in, a checked request out: every parameter has its row below, what has none
-- is refused by name. From here on nobody checks a type again.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local form = require "form"
local host = require "host"
local inputs = require "inputs"
local json = require "json"
local lists = require "lists"

local PROMPT_MAX, TEXT_MAX = 32000, 512     -- characters
local SIDE_MAX = 65535                      -- pixels

local request = {}

-- Each check: (value, name, request) -> the value as the request keeps it | nil, fail

local function wrong_type(name, expected, value)
    return nil, fail.parameter("invalid_type", name, expected, fail.show(value))
end

local function wrong_value(name, expected, value)
    return nil, fail.parameter("invalid_value", name, expected, fail.show(value))
end

local function text(max)
    local expected = ("text of 1 to %d characters"):format(max)
    return function(value, name)
        if type(value) ~= "string" then
            return wrong_type(name, expected, value)
        elseif value == "" or host.has_mark(value) or utf8.len(value) > max then
            return wrong_value(name, expected, value)
        end
        return value
    end
end

-- A prompt may look like base64 for so long that the core has put a mark in its place.
local function prompt(value, name)
    local expected = ("text of 1 to %d characters"):format(PROMPT_MAX)
    if type(value) ~= "string" then
        return wrong_type(name, expected, value)
    end
    local whole = host.expand(value, 4 * PROMPT_MAX)
    local length = whole and utf8.len(whole)
    if not length or length == 0 or length > PROMPT_MAX then
        local got = length == 0 and "none" or length and ("%d characters"):format(length) or "more"
        return nil, fail.parameter("invalid_value", name, expected, got)
    end
    return whole
end

local function whole(min, max)
    local expected = ("a whole number from %d to %d"):format(min, max)
    return function(value, name)
        if math.type(value) ~= "integer" then
            return wrong_type(name, expected, value)
        elseif value < min or value > max then
            return wrong_value(name, expected, value)
        end
        return value
    end
end

local function one_of(...)
    local words = { ... }
    local expected = "one of " .. table.concat(words, ", ")
    return function(value, name)
        if type(value) ~= "string" then
            return wrong_type(name, "text, " .. expected, value)
        end
        for _, word in ipairs(words) do
            if word == value then
                return value
            end
        end
        return wrong_value(name, expected, value)
    end
end

-- "auto" is the same as nothing said.
local function default_or(word, check)
    return function(value, name, into)
        if value == word then
            return nil
        end
        return check(value, name, into)
    end
end

local function pair(value, pattern)
    local a, b = value:match(pattern)
    a, b = math.tointeger(tonumber(a)), math.tointeger(tonumber(b))
    return a and b and a > 0 and b > 0 and a <= SIDE_MAX and b <= SIDE_MAX and a, b
end

local function size(value, name)
    local expected = 'WIDTHxHEIGHT such as 1024x1024 or "auto"'
    if type(value) ~= "string" then
        return wrong_type(name, "text, " .. expected, value)
    end
    local width, height = pair(value, "^(%d+)x(%d+)$")
    if not width then
        return wrong_value(name, expected, value)
    end
    return { width = width, height = height, text = value }
end

local function ratio(value, name)
    local expected = "W:H such as 16:9"
    if type(value) ~= "string" then
        return wrong_type(name, "text, " .. expected, value)
    elseif not pair(value, "^(%d+):(%d+)$") then
        return wrong_value(name, expected, value)
    end
    return value
end

local function boolean(value, name)
    if type(value) ~= "boolean" then
        return wrong_type(name, "true or false", value)
    end
    return value
end

local function unsupported(name, expected, value)
    return nil, fail.parameter("unsupported_parameter", name, expected, fail.show(value))
end

local function stream(value, name)
    local good, err = boolean(value, name)
    if good then
        return unsupported(name, "false: this version sends whole replies only", value)
    end
    return nil, err
end

local function partial_images(value, name)
    local good, err = whole(0, 3)(value, name)
    if good and good > 0 then
        return unsupported(name, "none: this version sends whole replies only", value)
    end
    return nil, err
end

local function response_format(value, name)
    local good, err = one_of("b64_json", "url")(value, name)
    if good == "url" then
        return unsupported(name, "b64_json: this version keeps no links", value)
    end
    return good, err
end

local GENERATION = {
    prompt = prompt,
    model = text(256),
    n = whole(1, 10),
    size = default_or("auto", size),
    aspect_ratio = ratio,
    quality = default_or("auto", one_of("standard", "hd", "low", "medium", "high", "auto")),
    style = one_of("vivid", "natural"),
    response_format = response_format,
    background = default_or("auto", one_of("transparent", "opaque", "auto")),
    output_format = one_of("png", "jpeg", "webp"),
    output_compression = whole(0, 100),
    moderation = default_or("auto", one_of("low", "auto")),
    seed = whole(0, 2147483647),
    user = text(TEXT_MAX),
    stream = stream,
    partial_images = partial_images,
}

-- The same, and pictures: those are inputs.lua's.
local EDIT = { input_fidelity = one_of("high", "low") }
for name, check in pairs(GENERATION) do
    EDIT[name] = check
end

local function parse(body)
    if not utf8.len(body) then
        return nil, fail.new("invalid_json", "body: expected JSON in UTF-8, got bytes that are not")
    elseif body == "" then
        return nil, fail.new("invalid_json", "body: expected a JSON object, got nothing")
    end
    local value, reason = json.decode(body)
    if value == nil and reason then
        return nil, fail.new("invalid_json", ("body: expected JSON, got text that is not (%s)"):format(reason))
    elseif not body:match "^%s*{" then
        local got = body:match "^%s*%[" and "a list" or fail.show(value)
        return nil, fail.new("invalid_type", "body: expected a JSON object, got " .. got)
    end
    return value
end

-- In the order of names, so that the same body always gets the same reply.
local function take(body, known, names, settings)
    local result = { model = "auto", n = 1, ignored = {} }
    for _, name in ipairs(lists.keys(body)) do
        local check = known[name]
        if check then
            local value, err = check(body[name], name)
            if err then
                return nil, err
            end
            result[name] = value == nil and result[name] or value
        elseif settings.unknown_parameters == "ignore" then
            result.ignored[#result.ignored + 1] = fail.cut(name)
        else
            return nil, fail.parameter("unknown_parameter", fail.cut(name), "one of " .. names, "an unknown parameter")
        end
    end
    return result
end

-- Parameters that are good by themselves and not together.
local function contradiction(result)
    local format = result.output_format
    if result.output_compression and format ~= "jpeg" and format ~= "webp" then
        return fail.parameter("invalid_value", "output_compression", "output_format jpeg or webp beside it",
            format and fail.show(format) or "none")
    elseif result.background == "transparent" and format == "jpeg" then
        return fail.parameter("invalid_value", "background", "opaque or auto with output_format jpeg", '"transparent"')
    elseif not result.prompt then
        return fail.parameter("missing_required_parameter", "prompt", ("text of 1 to %d characters"):format(PROMPT_MAX),
            "nothing")
    end
    return nil
end

local function checked(body, known, names, caller, settings)
    local result, err = take(body, known, names, settings)
    err = err or contradiction(result)
    if err then
        return nil, err
    end
    result.caller = caller
    return result
end

local GENERATION_NAMES = table.concat(lists.keys(GENERATION), ", ")
local EDIT_NAMES = table.concat(lists.keys(EDIT), ", ") .. ", images, mask"

-- body: JSON text with marks. caller: { name, models? } or nil. -> request | nil, fail
function request.generation(body, caller, settings)
    local value, err = parse(body)
    if not value then
        return nil, err
    end
    return checked(value, GENERATION, GENERATION_NAMES, caller, settings)
end

-- The same for an edit; is_form: the body is the list of a form's parts.
-- -> request with images = { { link or data, param } }, mask the same or nil, and images_name | nil, fail
function request.edit(body, is_form, caller, settings)
    local value, pictures, err
    if is_form then
        value, pictures, err = form.read(body, EDIT)
    else
        value, err = parse(body)
        if value then
            pictures, err = inputs.take(value)
        end
    end
    if not pictures then
        return nil, err
    end
    local result
    result, err = checked(value, EDIT, EDIT_NAMES, caller, settings)
    if not result then
        return nil, err
    end
    result.images, result.mask, result.images_name = pictures.images, pictures.mask, pictures.name
    return result
end

return request
