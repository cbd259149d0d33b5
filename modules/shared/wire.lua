-- wire.lua - what does this model call its inputs?
--
-- In a marketplace each model has names of its own for the same thing. They are data: from
-- the marketplace's habits, from the model's row in scripts/models.lua (`wire`) or from the
-- operator, the later winning. Here they become an input, and what there is no name for is
-- refused by the client's name before it costs anything.
--
--     ratio, tier, seed, n, format, mask    names; false: the model has none
--     image, images     the name of one picture's input, or of a list of them
--     size              the name of { width, height }; without it they are two inputs of these names; false: none
--     pixels            fields that are sent beside a size
--     match             the ratio that is sent with an edit which asks for none
--     needs             "images" or "mask": what the model is nothing without
--     send              fields that are always sent
--     moderation        fields that are sent for a low one
--     quality           word -> fields, where the row has qualities
--     words             name of an input -> { value -> as the model spells it }
--     draw, edit        ids that generations and edits go to in place of the model's own
--
-- SPDX-License-Identifier: MIT

local wire = {}

local TABLES = { pixels = true, send = true, moderation = true, quality = true, words = true }
local NAMES = { draw = true, edit = true, format = true, image = true, images = true, mask = true, match = true, moderation = true,
    n = true, needs = true, pixels = true, quality = true, ratio = true, seed = true, send = true, size = true, tier = true, words = true }

local function put(into, fields)
    for name, value in pairs(fields or {}) do
        into[name] = value
    end
end

-- job, kind (the provider's own: rows of others have wires of others), usual (names), habits ({ pattern of an id, names })
-- -> names
function wire.names(job, kind, usual, habits)
    local names = {}
    put(names, usual)
    for _, habit in ipairs(habits) do
        put(names, job.model:find(habit[1]) and habit[2])
    end
    put(names, job.row.only == kind and job.row.wire)
    put(names, job.options.wire and job.options.wire[job.model])
    return names
end

-- -> the id that the picture is asked for with
function wire.id(job, names)
    return (job.images and names.edit) or (not job.images and names.draw) or job.model
end

local function refused(job, name, expected, got, code)
    return pictor.fail(code or "unsupported_parameter", ("%s: expected %s, got %s"):format(name, expected:format(job.model), got),
        { param = name })
end

-- What was asked for that this model has no input for, or what it must have -> fail | nil
function wire.unfit(job, names)
    local request = job.request
    if request.seed and not names.seed then
        return refused(job, "seed", "none, because %s cannot be told", pictor.show(request.seed))
    elseif request.moderation and not names.moderation then
        return refused(job, "moderation", "auto for %s", pictor.show(request.moderation))
    elseif job.aspect_ratio and not names.ratio or job.size and names.size == false then
        return refused(job, request.size and "size" or "aspect_ratio", "none, because %s cannot be told",
            request.size and request.size.text or request.aspect_ratio)
    elseif job.images and #job.images > 1 and not names.images then
        return refused(job, request.images_name or "images", "at most 1 for %s", ("%d"):format(#job.images), "invalid_value")
    elseif names.needs == "mask" and not job.mask or names.needs == "images" and not job.images then
        return refused(job, names.needs == "mask" and job.images and "mask" or "images", "one, which %s works on", "none",
            "missing_required_parameter")
    end
    return nil
end

local function say(input, names, name, value)
    if name and value ~= nil then
        local words = names.words and names.words[name]
        input[name] = words and words[value] or value
    end
end

-- What is converted afterwards is better drawn without loss.
local function format_of(job)
    local formats = job.row.formats or {}
    local wanted = job.finish.format and "png" or job.request.output_format
    for _, format in ipairs(#formats > 1 and formats or {}) do
        if format == wanted then
            return format
        end
    end
    return nil
end

local function add_shape(input, job, names)
    if job.size then
        local size = { width = job.size.width, height = job.size.height }
        put(input, names.size and { [names.size] = size } or size)
        put(input, names.pixels)
    else
        say(input, names, names.ratio, job.aspect_ratio or (job.images and names.match) or nil)
    end
    say(input, names, names.tier, job.image_size)
end

local function add_pictures(input, job, names)
    local links = {}
    for i, picture in ipairs(job.images or {}) do
        links[i] = pictor.data_link(picture)
    end
    if #links > 0 then
        input[names.images or names.image] = names.images and links or links[1]
    end
    say(input, names, names.mask, job.mask and pictor.data_link(job.mask) or nil)
end

-- job, names -> what the model is sent, in its own words
function wire.input(job, names)
    local input = {}
    put(input, names.send)
    put(input, job.request.moderation and names.moderation)
    put(input, job.quality and names.quality and names.quality[job.quality])
    input.prompt = job.prompt
    say(input, names, names.n, job.n)
    say(input, names, names.seed, job.seed)
    say(input, names, names.format, format_of(job))
    add_shape(input, job, names)
    add_pictures(input, job, names)
    return input
end

-- The operator's own: { [id] = names } -> nil | which one, what was expected, what was got
local function wrong_name(id, names)
    for name, value in pairs(names) do
        local kind = TABLES[name] and "table" or "string"
        if not NAMES[name] then
            return ('wire["%s"].%s'):format(id, name), "a name that modules/shared/wire.lua has", "an unknown one"
        elseif type(value) ~= kind and value ~= false then
            return ('wire["%s"].%s'):format(id, name), (kind == "table" and "a table" or "text") .. ", or false", pictor.show(value)
        end
    end
    return nil
end

function wire.check(option)
    for id, names in pairs(option or {}) do
        if type(id) ~= "string" or type(names) ~= "table" then
            return "wire", '{ ["owner/model"] = { … } }', pictor.show(type(id) == "string" and names or id)
        end
        local name, expected, got = wrong_name(id, names)
        if name then
            return name, expected, got
        end
    end
    return nil
end

return wire
