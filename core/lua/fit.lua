-- fit.lua - what becomes of each parameter with this provider and this model?
--
-- Three answers, and no fourth: the provider passes it on (its module says so in
-- `takes`), it is mapped and reported, or it is refused by name before anything
-- was spent. The shape and the words are the policy's; the rest is the model's row.
-- SPDX-License-Identifier: MIT
local fail = require "fail"

local fit = {}

local WORDED = { "background", "quality", "style" }

local function refuse(name, expected, request)
    return fail.parameter("unsupported_parameter", name, expected, fail.show(request[name]))
end

-- What can be said only in words: none of it where the model does just that anyway.
local function needs_words(name, request, takes, model)
    local value = request[name]
    if value == nil or takes[name] then
        return false
    elseif name == "quality" then
        return value ~= "standard"
    elseif name == "background" then
        return value == "opaque" and model.transparent ~= false
    end
    return true
end

local function worded(request, takes, model)
    local names = {}
    for _, name in ipairs(WORDED) do
        if needs_words(name, request, takes, model) then
            names[#names + 1] = name
        end
    end
    return names
end

local function includes(list, value)
    for _, entry in ipairs(list or {}) do
        if entry == value then
            return true
        end
    end
    return false
end

local function check_format(request, module, model)
    local formats = module.formats or model.formats or {}
    if request.output_format and not includes(formats, request.output_format) then
        local expected = #formats > 0 and ("%s, which is what %s draws"):format(table.concat(formats, " or "), model.id)
            or ("none, because %s draws a format of its own choice"):format(model.id)
        return refuse("output_format", expected, request)
    end
    return nil
end

local function check_pixels(request, takes, model)
    local size, limits = request.size, model.pixels
    if not (size and takes.size and limits) then
        return nil
    end
    local least, most = math.min(size.width, size.height), math.max(size.width, size.height)
    if least < limits.min or most > limits.max then
        return fail.parameter("invalid_value", "size", ("sides of %d to %d pixels for %s"):format(limits.min, limits.max,
            model.id), fail.show(size.text))
    end
    return nil
end

-- What this model or provider cannot do at all. -> fail | nil
local function impossible(request, module, takes, model)
    if request.background == "transparent" and not (model.transparent and takes.background) then
        return refuse("background", ("opaque or auto for %s"):format(model.id), request)
    end
    for _, name in ipairs { "output_compression", "moderation", "seed" } do
        if request[name] ~= nil and not takes[name] then
            return refuse(name, ("none, because %s cannot be told"):format(model.id), request)
        end
    end
    return check_format(request, module, model) or check_pixels(request, takes, model)
end

local function same_ratio(a, b)
    local aw, ah = a:match "^([%d.]+):([%d.]+)$"
    local bw, bh = b:match "^([%d.]+):([%d.]+)$"
    return math.abs(aw * bh - ah * bw) < 1e-9
end

-- "size=1792x1024 -> aspect_ratio=16:9" and the like, in a fixed order.
local function report_shape(report, request, job, takes)
    if request.size and (request.aspect_ratio or not takes.size) then
        local into = "aspect_ratio=" .. (job.aspect_ratio or "the model's own")
        report[#report + 1] = ("size=%s -> %s%s"):format(request.size.text, into,
            job.image_size and ", image_size=" .. job.image_size or "")
    end
    if request.aspect_ratio and not takes.aspect_ratio
        and not (job.aspect_ratio and same_ratio(request.aspect_ratio, job.aspect_ratio)) then
        report[#report + 1] = ("aspect_ratio=%s -> %s"):format(request.aspect_ratio, job.aspect_ratio or "the model's own")
    end
end

local function report_rest(report, request, job, takes, model)
    if model.retired then
        report[#report + 1] = ("model=%s -> %s"):format(model.retired, model.id)
    end
    for _, name in ipairs(job.worded) do
        report[#report + 1] = ("%s=%s -> prompt"):format(name, request[name])
    end
    if request.user and not takes.user then
        report[#report + 1] = "user -> log"
    end
    for _, name in ipairs(request.ignored) do
        report[#report + 1] = name .. " -> ignored"
    end
end

local function report(request, job, takes, model)
    local list = {}
    report_shape(list, request, job, takes)
    report_rest(list, request, job, takes, model)
    return list
end

-- The request as rewrite_prompt sees it: the same, and what there is to say in words.
local function with_worded(request, names)
    return setmetatable({ worded = names }, { __index = request })
end

-- What the model draws anyway need not be asked for.
local function tier(policy, request, model)
    local size = model.tiers and policy.image_size(request, model)
    return size ~= (model.tier or "1K") and size or nil
end

-- provider: the registry's. model: the scripts' view of it. policy: checked functions.
-- -> what every call to this candidate has in common | nil, fail
function fit.candidate(request, provider, model, policy)
    local module = provider.module
    local takes = module.takes_set
    local err = impossible(request, module, takes, model)
    if err then
        return nil, err
    end
    local job = { worded = worded(request, takes, model) }
    job.size = takes.size and request.size or nil
    job.aspect_ratio = takes.aspect_ratio and request.aspect_ratio or policy.aspect_ratio(request, model)
    job.image_size = tier(policy, request, model)
    job.prompt = policy.rewrite_prompt(with_worded(request, job.worded), model)
    job.mapped = report(request, job, takes, model)
    return job
end

return fit
