-- calls.lua - what is sent next?
--
-- Input pictures first, then the order of the workflow, then looks at its history until
-- it is there, then each of its pictures. A further call carries what is known so far:
--
--     at         what the next answer is about
--     names      of the pictures that were brought, as the server calls them
--     orders     how many are behind us; pictures: what they have drawn
--     id, files, fetched    of the order that is under way
--
-- SPDX-License-Identifier: MIT

local images_api = require "images_api"
local wanted = require "wanted"
local workflow = require "workflow"

local calls = {}

-- Every route is there below /api too, and some are only there.
local function call(job, path, more)
    local base = job.options.base_url:gsub("/api$", "")
    local result = { url = base .. "/api" .. path, headers = { ["x-api-key"] = job.options.api_key } }
    for name, value in pairs(more or {}) do
        result[name] = value
    end
    return result
end

local function escaped(text)
    return (text:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- The same picture has the same name, so that it lies there once. The mask is the last one.
local function bring(job, memo)
    local picture = job.images[#memo.names + 1] or job.mask
    local form = images_api.form({ type = "input", subfolder = "pictor", overwrite = true }, { "type", "subfolder", "overwrite" })
    table.insert(form, 1, images_api.file("image", picture, "pictor-" .. pictor.sha256(picture.data):sub(1, 32)))
    memo.at = "brought"
    return { call = call(job, "/upload/image", { form = form }), memo = memo }
end

-- The workflow is text already. Its partner nodes are paid for with a key of their own.
local function order(job, memo, text, size)
    local key = job.options.comfy_org_key
    local extra = key and ',"extra_data":{"api_key_comfy_org":' .. pictor.json.encode(key) .. "}" or ""
    memo.at = "ordered"
    return { call = call(job, "/prompt", { body = ('{"prompt":%s%s}'):format(wanted.filled(job, memo, text, size), extra) }), memo = memo }
end

-- First all pictures, then the order. -> a further call | nil, fail
function calls.begin(job, memo)
    local text, size = wanted.workflow(job)
    if not text then
        return nil, size
    elseif #memo.names < #(job.images or {}) + (job.mask and 1 or 0) then
        return bring(job, memo)
    end
    return order(job, memo, text, size)
end

-- Older servers do not know the first; the second takes an order out of their queue, and lets one that is under way draw on.
local function cancel(job, id)
    return { call(job, ("/jobs/%s/cancel"):format(id)), call(job, "/queue", { body = { delete = { id } } }) }
end

function calls.look(job, memo, after)
    memo.at = "looked"
    return { call = call(job, "/history/" .. memo.id, { method = "GET" }), after = after, id = memo.id, memo = memo,
        cancel = cancel(job, memo.id) }
end

-- Without a seed to change, another order would bring the same picture.
local function is_over(job, memo)
    return #memo.pictures >= job.n or (memo.fetched == #memo.files and not workflow.holes(wanted.workflow(job)).seed)
end

-- The next picture; behind the last one another order, where the workflow draws fewer than were asked for.
function calls.fetch(job, memo)
    local file = memo.files[memo.fetched + 1]
    if is_over(job, memo) then
        return { pictures = memo.pictures }
    elseif not file then
        memo.orders = memo.orders + 1
        return calls.begin(job, memo)
    end
    memo.at = "fetched"
    local query = ("filename=%s&subfolder=%s&type=%s"):format(escaped(file.filename), escaped(file.subfolder), file.type)
    return { call = call(job, "/view?" .. query, { method = "GET", picture = true }), memo = memo }
end

function calls.memo(job)
    return { at = job.images and "brought" or "ordered", names = {}, orders = 0, pictures = {} }
end

return calls
