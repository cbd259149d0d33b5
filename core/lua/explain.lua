-- explain.lua - what would be done with this request?
--
-- Request, plan and call as a person reads them. Sends nothing.
-- SPDX-License-Identifier: MIT
local draw = require "draw"
local fail = require "fail"
local json = require "json"
local send = require "send"

local explain = {}

local function asked(request)
    local shown = {}
    for name, value in pairs(request) do
        shown[name] = value
    end
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

local function planned(request, plan)
    local job = plan.jobs[1]
    return {
        model = job.model, provider = job.provider.name, prompt = job.prompt, n = request.n,
        aspect_ratio = job.aspect_ratio, image_size = job.image_size, size = job.size and job.size.text,
        mapped = #job.mapped > 0 and job.mapped or nil,
        candidates = listed(plan.jobs), left_out = listed(plan.left_out, true),
    }
end

local function called(request, plan)
    local call, err = draw.call(plan.jobs[1], request, plan.model, 1)
    if not call then
        return nil, err
    elseif call.task then
        return { task = call.task, args = call.args }
    end
    local body = send.body(call)
    return { method = call.method or "POST", url = call.url, headers = send.headers(call),
        body = body and (json.decode(body) or body) }
end

-- -> { request, plan, call } | nil, fail
function explain.all(request, plan)
    local call, err = called(request, plan)
    if not call then
        return nil, fail.is(err) and err
    end
    return { request = asked(request), plan = planned(request, plan), call = call }
end

return explain
