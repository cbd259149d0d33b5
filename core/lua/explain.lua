-- explain.lua - what would be done with this request?
--
-- Request, plan and call as a person reads them. Sends nothing.
-- SPDX-License-Identifier: MIT
local draw = require "draw"
local fail = require "fail"
local json = require "json"
local send = require "send"

local explain = {}

-- A picture by what was seen of it; its bytes are nobody's reading.
local function seen(picture)
    return { param = picture.param, type = picture.type, width = picture.width, height = picture.height,
        bytes = picture.bytes, alpha = picture.alpha, link = not picture.data and picture.link or nil }
end

local function all_seen(pictures)
    local result = {}
    for i, picture in ipairs(pictures) do
        result[i] = seen(picture)
    end
    return result
end

local function asked(request)
    local shown = {}
    for name, value in pairs(request) do
        shown[name] = value
    end
    shown.images_name = nil
    shown.images = request.images and all_seen(request.images)
    shown.mask = request.mask and seen(request.mask)
    shown.size = request.size and request.size.text
    shown.caller = request.caller and request.caller.name
    shown.ignored = #request.ignored > 0 and request.ignored or nil
    return shown
end

local function listed(list, with_reason)
    local result = {}
    for i, entry in ipairs(list) do
        result[i] = { model = entry.model, provider = with_reason and entry.provider or entry.provider.name,
            reason = with_reason and entry.fail.message or nil }
    end
    return #result > 0 and result or nil
end

local function planned(plan)
    local job, request = plan.jobs[1], plan.request
    return {
        model = job.model, provider = job.provider.name, prompt = job.prompt, n = request.n,
        aspect_ratio = job.aspect_ratio, image_size = job.image_size, size = job.size and job.size.text,
        quality = job.quality, finish = next(job.finish) ~= nil and job.finish or nil,
        mapped = #job.mapped > 0 and job.mapped or nil,
        candidates = listed(plan.jobs), left_out = listed(plan.left_out, true),
    }
end

local function called(plan)
    local call, err = draw.first_call(plan)
    if not call then
        return nil, err
    elseif call.task then
        return { task = call.task, args = call.args }
    elseif call.form then
        return { method = call.method or "POST", url = call.url, headers = send.headers(call), form = call.form }
    end
    local body = send.body(call)
    return { method = call.method or "POST", url = call.url, headers = send.headers(call),
        body = body and (json.decode(body) or body) }
end

-- -> { request, plan, call } | nil, fail
function explain.all(plan)
    local call, err = called(plan)
    if not call then
        return nil, fail.is(err) and err
    end
    return { request = asked(plan.request), plan = planned(plan), call = call }
end

return explain
