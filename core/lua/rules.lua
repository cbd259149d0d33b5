-- rules.lua - for each parameter: passed on, mapped and reported, or refused?
--
-- A rule gets a case { request, module, takes, model, policy, job }. It puts into the
-- job what the provider shall be told, into job.mapped what it became instead, into
-- job.finish what is done to the picture afterwards, or it gives a fail that names
-- the parameter. The shape and the words are the policy's; the rest is the model's row.
-- SPDX-License-Identifier: MIT
local catalogue = require "catalogue"
local fail = require "fail"
local host = require "host"
local lists = require "lists"

local rules = {}

local function refuse(case, name, expected)
    return fail.parameter("unsupported_parameter", name, expected, fail.show(case.request[name]))
end

local function report(case, format, ...)
    table.insert(case.job.mapped, format:format(...))
end

-- ---- input pictures ----------------------------------------------------------------------------------------------

function rules.images(case)
    local images, most = case.request.images, case.takes.images and (case.model.inputs or 16) or 0
    if not images or #images <= most then
        return nil
    end
    local expected = most == 0 and ("none: %s draws from words alone"):format(case.model.id)
        or ("at most %d for %s"):format(most, case.model.id)
    return fail.parameter(most == 0 and "unsupported_parameter" or "invalid_value", case.request.images_name, expected,
        ("%d"):format(#images))
end

-- A model without masks edits the whole; then the original pixels are put back around the mask.
function rules.mask(case)
    if not case.request.mask then
        return nil
    elseif case.takes.mask and case.model.mask and (case.model.mask == "alpha" or host.has_task "image.mask") then
        case.job.mask = case.request.mask
        return nil
    elseif not host.has_task "image.composite" then
        return fail.parameter("unsupported_parameter", "mask",
            ("none: %s has no masks, and this build lacks the module that emulates one"):format(case.model.id), "one")
    end
    case.job.finish.mask = true
    table.insert(case.job.worded, "mask")
    report(case, "mask=emulated")
    return nil
end

-- ---- the shape ---------------------------------------------------------------------------------------------------

local function same_ratio(a, b)
    local aw, ah = a:match "^([%d.]+):([%d.]+)$"
    local bw, bh = b:match "^([%d.]+):([%d.]+)$"
    return math.abs(aw * bh - ah * bw) < 1e-9
end

-- What was asked for is left to the model.
local function report_own(case)
    local request = case.request
    if request.size then
        report(case, "size=%s -> the model's own", request.size.text)
    end
    if request.aspect_ratio then
        report(case, "aspect_ratio=%s -> the model's own", request.aspect_ratio)
    end
end

-- A model that is told pixels: "size=500x500 -> 816x816", "aspect_ratio=16:9 -> size=1360x768"
local function by_pixels(case)
    local request, job = case.request, case.job
    local width, height = case.policy.pixels(request, case.model)
    if not width then
        report_own(case)
        return nil
    end
    job.size = { width = width, height = height, text = ("%dx%d"):format(width, height) }
    if request.size and request.size.text ~= job.size.text then
        report(case, "size=%s -> %s", request.size.text, job.size.text)
    end
    if request.aspect_ratio then
        report(case, "aspect_ratio=%s -> size=%s", request.aspect_ratio, job.size.text)
    end
    return nil
end

-- What the model draws anyway need not be asked for.
local function tier(case)
    local size = case.model.tiers and case.policy.image_size(case.request, case.model)
    return size and size ~= catalogue.usual_tier(case.model) and size or nil
end

-- A model that is told a ratio: "size=1792x1024 -> aspect_ratio=16:9"
local function by_ratio(case)
    local request, job = case.request, case.job
    if not case.takes.aspect_ratio then
        local name = request.size and "size" or request.aspect_ratio and "aspect_ratio"
        return name and fail.parameter("unsupported_parameter", name, ("none, because %s cannot be told"):format(case.model.id),
            fail.show(request.size and request.size.text or request.aspect_ratio)) or nil
    end
    job.aspect_ratio = case.policy.aspect_ratio(request, case.model)
    job.image_size = tier(case)
    local became = job.aspect_ratio or "the model's own"
    if request.size then
        report(case, "size=%s -> aspect_ratio=%s%s", request.size.text, became,
            job.image_size and ", image_size=" .. job.image_size or "")
    end
    if request.aspect_ratio and not (job.aspect_ratio and same_ratio(request.aspect_ratio, job.aspect_ratio)) then
        report(case, "aspect_ratio=%s -> %s", request.aspect_ratio, became)
    end
    return nil
end

-- The picture that comes back is the first one, but for what is in the mask.
local function by_original(case)
    local request, original = case.request, case.request.images[1]
    local became = original.width and ("%dx%d"):format(original.width, original.height) or "the first picture's"
    if request.size and request.size.text ~= became then
        report(case, "size=%s -> %s", request.size.text, became)
    end
    if request.aspect_ratio then
        report(case, "aspect_ratio=%s -> %s", request.aspect_ratio, became)
    end
end

-- Where the provider's API has both ways, each model has one of them.
local function takes_pixels(case)
    local model = case.model
    return case.takes.size and (not case.takes.aspect_ratio or model.pixels or model.sizes or not model.ratios)
end

-- An edit may have no place for a shape: then the picture keeps its own.
local function keeps_shape(case)
    return case.job.finish.mask or (case.request.images
        and lists.includes(case.module.not_in_edits, takes_pixels(case) and "size" or "aspect_ratio"))
end

function rules.shape(case)
    if keeps_shape(case) then
        return by_original(case)
    elseif takes_pixels(case) then
        return by_pixels(case)
    end
    return by_ratio(case)
end

local EXACT_SIDE, EXACT_AREA = 16384, 64000000      -- what the module makes at most

-- The policy may insist on the very pixels: then the picture is cropped or padded to them.
function rules.exact_size(case)
    local request, job = case.request, case.job
    local policy, way = case.policy.size_policy(request, case.model)
    if policy ~= "exact" or not request.size or request.aspect_ratio or job.finish.mask
        or (job.size and job.size.text == request.size.text) or not (job.mapped[#job.mapped] or ""):match "^size=" then
        return nil          -- what became of the size is reported last; nothing is, where it came true
    elseif not host.has_task "image.convert" then
        return fail.parameter("unsupported_parameter", "size", "auto, because this build lacks the module that cuts to size",
            fail.show(request.size.text))
    end
    local side, area = math.max(request.size.width, request.size.height), request.size.width * request.size.height
    if side > EXACT_SIDE or area > EXACT_AREA then
        return fail.parameter("invalid_value", "size", ("at most %d a side and %d pixels"):format(EXACT_SIDE, EXACT_AREA),
            fail.show(request.size.text))
    end
    job.finish.width, job.finish.height, job.finish.fit = request.size.width, request.size.height, way
    local last = #job.mapped        -- the size's own report, which the rule before has made
    job.mapped[last] = ("%s, %s to %s"):format(job.mapped[last], way == "pad" and "padded" or "cropped", request.size.text)
    return nil
end

-- ---- the model ---------------------------------------------------------------------------------------------------

function rules.model(case)
    if case.model.retired then
        report(case, "model=%s -> %s", case.model.retired, case.model.id)
    end
end

-- ---- what can be said in words -----------------------------------------------------------------------------------

-- -> nil, or a fail where words mean nothing
local function in_words(case, name)
    if case.module.words == false then
        return refuse(case, name, ("none, because %s cannot be told"):format(case.model.id))
    end
    table.insert(case.job.worded, name)
    report(case, "%s=%s -> prompt", name, case.request[name])
    return nil
end

function rules.background(case)
    local value, model = case.request.background, case.model
    if value == "transparent" and not (model.transparent and case.takes.background) then
        return refuse(case, "background", ("opaque or auto for %s"):format(model.id))
    elseif value == "opaque" and not case.takes.background and model.transparent ~= false then
        return in_words(case, "background")
    end
    return nil
end

local QUALITIES = { hd = "high", standard = "medium", high = "hd", medium = "standard" }

-- "standard" is what a model without a parameter for it does anyway.
function rules.quality(case)
    local value = case.request.quality
    if not value then
        return nil
    elseif not (case.takes.quality and case.model.qualities) then
        return value ~= "standard" and in_words(case, "quality") or nil
    end
    local word = lists.includes(case.model.qualities, value) and value or QUALITIES[value]
    if not lists.includes(case.model.qualities, word) then
        return refuse(case, "quality", ("one of %s for %s"):format(table.concat(case.model.qualities, ", "), case.model.id))
    end
    case.job.quality = word
    if word ~= value then
        report(case, "quality=%s -> %s", value, word)
    end
    return nil
end

function rules.style(case)
    return case.request.style and not case.takes.style and in_words(case, "style") or nil
end

function rules.input_fidelity(case)
    if case.request.input_fidelity and not (case.takes.input_fidelity and case.model.input_fidelity) then
        return in_words(case, "input_fidelity")
    end
    return nil
end

-- ---- the file that comes back ------------------------------------------------------------------------------------

local function formats(case)
    return case.module.formats or case.model.formats or {}
end

-- Where the model draws another format, the picture is converted.
function rules.output_format(case)
    local format, own = case.request.output_format, formats(case)
    if not format or (lists.includes(own, format) and not case.job.finish.mask) then
        return nil
    elseif host.has_task "image.convert" then
        case.job.finish.format = format
        return not case.job.finish.mask and report(case, "output_format=%s -> converted", format) or nil
    end
    return refuse(case, "output_format", #own > 0
        and ("%s, which is what %s draws"):format(table.concat(own, " or "), case.model.id)
        or ("none, because %s draws a format of its own choice"):format(case.model.id))
end

function rules.output_compression(case)
    local value, job = case.request.output_compression, case.job
    local worked_on = job.finish.mask or job.finish.width or job.finish.format
    if value == nil or (case.takes.output_compression and not worked_on) then
        return nil
    elseif not host.has_task "image.convert" then
        return refuse(case, "output_compression", ("none, because %s cannot be told"):format(case.model.id))
    end
    job.finish.format, job.finish.quality = case.request.output_format, value
    return not job.finish.mask and report(case, "output_compression=%d -> converted", value) or nil
end

-- ---- the rest ----------------------------------------------------------------------------------------------------

local function only_if_taken(name)
    return function(case)
        if case.request[name] == nil then
            return nil
        elseif not case.takes[name] then
            return refuse(case, name, ("none, because %s cannot be told"):format(case.model.id))
        elseif case.request.images and lists.includes(case.module.not_in_edits, name) then
            return refuse(case, name, ("none in an edit, because %s cannot be told there"):format(case.model.id))
        end
        return nil
    end
end

rules.moderation = only_if_taken "moderation"
rules.seed = only_if_taken "seed"

function rules.user(case)
    if case.request.user and not case.takes.user then
        report(case, "user -> log")
    end
end

function rules.ignored(case)
    for _, name in ipairs(case.request.ignored) do
        report(case, "%s -> ignored", name)
    end
end

-- In the order in which they apply and are reported.
return {
    rules.images, rules.mask, rules.shape, rules.exact_size, rules.model, rules.background, rules.quality, rules.style,
    rules.input_fidelity, rules.output_format, rules.output_compression, rules.moderation, rules.seed, rules.user,
    rules.ignored,
}
