-- wire.lua - what does this model call its inputs?
--
-- In a marketplace each model has names of its own for the same thing. They are data: from
-- the marketplace's habits, from the model's row in scripts/models.lua (`wire`) or from the
-- operator, the later winning. Here they become an input, and what there is no name for is
-- refused by the client's name before it costs anything.
--
--     ratio, tier, seed, n, format, mask    names; false, as for all: the model has none
--     image, images     the name of one picture's input, or of a list of them
--     size              the name of { width, height }; true: two inputs of these names
--     pixels            fields that are sent beside a size
--     match             the ratio that is sent with an edit which asks for none
--     unshaped          fields that are sent with a generation which asks for no shape
--     needs             "images" or "mask": what the model is nothing without
--     send              fields that are always sent
--     moderation        fields that are sent for a low one
--     quality           word -> fields, where the row has qualities
--     words             name of an input -> { value -> as the model spells it }
--     draw, edit        ids that generations and edits go to in place of the model's own
--
-- SPDX-License-Identifier: MIT

local wire = {}

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

-- ---- what it cannot be told ---------------------------------------------------------------------------------------

local function refused(job, name, expected, got, code)
    return pictor.fail(code or "unsupported_parameter", ("%s: expected %s, got %s"):format(name, expected:format(job.model), got),
        { param = name })
end

-- -> true where the shape that was asked for would not reach the model
local function shape_is_lost(job, names)
    return job.size and not names.size or job.aspect_ratio and not names.ratio or job.image_size and not names.tier
end

-- Each parameter that goes to the model as it is: its name, what was asked for, the model's name for it.
local function asked(job, names)
    local request = job.request
    return {
        { "seed", request.seed, names.seed }, { "moderation", request.moderation, names.moderation },
        { "quality", job.quality, names.quality and names.quality[job.quality] },
        { "n", job.n > 1 and job.n, names.n }, { "mask", job.mask and 1, names.mask },
        { "output_format", not job.finish.format and format_of(job), names.format },
        { request.images_name or "images", job.images and #job.images, names.images or names.image },
        { "size", request.size and request.size.text, not shape_is_lost(job, names) },
        { "aspect_ratio", request.aspect_ratio, not shape_is_lost(job, names) },
    }
end

-- What it must have, or has too much of -> fail | nil
local function wrong_pictures(job, names)
    local count = job.images and #job.images or 0
    if count > 1 and not names.images then
        return refused(job, job.request.images_name or "images", "at most 1 for %s", ("%d"):format(count), "invalid_value")
    elseif names.needs and count == 0 or names.needs == "mask" and not job.mask then
        return refused(job, count > 0 and "mask" or "images", "one, which %s works on", "none", "missing_required_parameter")
    end
    return nil
end

-- What was asked for that this model has no input for, or what it must have -> fail | nil
function wire.unfit(job, names)
    for _, one in ipairs(asked(job, names)) do
        local parameter, value, name = table.unpack(one, 1, 3)
        if value and not name then
            return refused(job, parameter, "none, because %s cannot be told", pictor.show(value))
        end
    end
    return wrong_pictures(job, names)
end

-- ---- what it is told ------------------------------------------------------------------------------------------------

local function say(input, names, name, value)
    if name and value ~= nil then
        local words = names.words and names.words[name]
        input[name] = words and words[value] or value
    end
end

local function add_size(input, size, names)
    local pixels = { width = size.width, height = size.height }
    put(input, names.size == true and pixels or { [names.size] = pixels })
    put(input, names.pixels)
end

local function add_shape(input, job, names)
    if job.size then
        add_size(input, job.size, names)
    elseif job.aspect_ratio then
        say(input, names, names.ratio, job.aspect_ratio)
    elseif job.images then
        say(input, names, names.ratio, names.match or nil)
    else
        put(input, names.unshaped)
    end
    say(input, names, names.tier, job.image_size)
end

local function add_pictures(input, job, names)
    local links = pictor.data_links(job.images)
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

return wire
