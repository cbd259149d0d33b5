-- reply.lua - what does the client get to read?
--
-- Results, failures and explanations become { status, headers, body }: the only
-- place where a fail turns into HTTP. Marks in the body stand for pictures, which
-- the core writes in their place.
-- SPDX-License-Identifier: MIT
local cost = require "cost"
local host = require "host"
local json = require "json"

local HEADER_MAX = 1000     -- bytes of a header that repeats what a client wrote

-- Seconds to wait where the provider named none. Credit does not come back by itself.
local RETRY_AFTER = { insufficient_quota = "60", rate_limit_exceeded = "2", no_provider = "2", overloaded = "2", draining = "2" }

local reply = {}

local function answer(status, value, headers)
    return { status = status, headers = headers or {}, body = json.encode(value) }
end

function reply.json(value)
    return answer(200, value)
end

-- { object = "list", data }: cjson would make an object of a list without entries.
function reply.list(value)
    local result = reply.json(value)
    if #value.data == 0 then
        result.body = result.body:gsub('"data":{}', '"data":[]')
    end
    return result
end

-- 0.0395, not 0.039500
local function as_usd(usd)
    return (("%.6f"):format(usd):gsub("0+$", ""):gsub("%.$", ""))
end

function reply.failure(err)
    local row = host.errors[err.code]
    return answer(row.status, {
        error = { message = err.message, type = row.type, param = err.param or json.null, code = err.code },
    }, {
        ["retry-after"] = err.retry_after and tostring(err.retry_after) or RETRY_AFTER[err.code],
        ["x-pictor-attempts"] = err.attempts and tostring(err.attempts),
        ["x-pictor-cost"] = err.spent and err.spent > 0 and as_usd(err.spent) or nil,
    })
end

local function as_header(text)
    text = text:gsub("[^\x20-\x7e]", "?")
    return #text > HEADER_MAX and text:sub(1, HEADER_MAX) .. "..." or text
end

-- Tells only what is not the client's own prompt.
local function revised(picture, request)
    local said = picture.revised_prompt or picture.job.prompt
    return said ~= request.prompt and said or nil
end

local function entries(pictures, request)
    local data = {}
    for i, picture in ipairs(pictures) do
        data[i] = { b64_json = picture.b64_json, revised_prompt = revised(picture, request) }
    end
    return data
end

-- Each mapping once, in order: pictures of one request may come from several candidates.
local function mapped(results)
    local seen, list = {}, {}
    for _, result in ipairs(results) do
        for _, text in ipairs(result.job.mapped) do
            if not seen[text] then
                seen[text], list[#list + 1] = true, text
            end
        end
    end
    return list
end

-- Without the module that converts, the client at least is told.
local function format_differs(request, pictures)
    for _, picture in ipairs(pictures) do
        if request.output_format and request.output_format ~= picture.type then
            return ("output_format=%s -> %s"):format(request.output_format, picture.type)
        end
    end
    return nil
end

local function headers(request, drawn)
    local first = drawn.pictures[1]
    local list = mapped(drawn.results)
    list[#list + 1] = format_differs(request, drawn.pictures)
    local usd = cost.of(drawn.results, drawn.failures)
    return {
        ["x-pictor-model"] = as_header(first.job.model),
        ["x-pictor-provider"] = first.job.provider.name,
        ["x-pictor-attempts"] = tostring(drawn.attempts),
        ["x-pictor-cost"] = usd and as_usd(usd),
        ["x-pictor-mapped"] = #list > 0 and as_header(table.concat(list, "; ")) or nil,
        ["x-pictor-partial"] = #drawn.pictures < request.n and ("%d/%d"):format(#drawn.pictures, request.n) or nil,
    }
end

function reply.pictures(plan, drawn)
    local request, picture = plan.request, drawn.pictures[1]
    return answer(200, {
        created = host.time(),
        data = entries(drawn.pictures, request),
        size = ("%dx%d"):format(picture.width, picture.height),
        output_format = picture.type,
        background = not picture.alpha and "opaque" or request.background,
        quality = picture.quality or picture.job.quality,
        usage = cost.usage(drawn.results, drawn.failures),
    }, headers(request, drawn))
end

-- For people, so indented; secrets and pictures are only described.
function reply.explanation(value)
    local text = host.masked(host.describe(json.pretty(value, { "request", "plan", "call" })))
    return { status = 200, headers = {}, body = text .. "\n" }
end

return reply
