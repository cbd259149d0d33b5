-- zai.lua - how is a picture asked for at Z.AI?
--
-- GLM-Image and CogView, one picture a call, behind a link. Its statuses say little: one and
-- the same is too many calls and no money, and which it is stands in a number of four digits.
-- SPDX-License-Identifier: MIT
local codes = require "codes"
local images_api = require "images_api"
local orders = require "orders"

local ORDERED = "^glm%-image"       -- only these can be ordered and asked for later

-- It wants 6 to 128 characters: a name that is none of that is told by its hash, which is as good for telling users apart.
local function user_id(name)
    local length = name and (utf8.len(name) or #name)
    return name and (length >= 6 and length <= 128 and name or pictor.sha256(name)) or nil
end

local function build(job)
    local options = job.options
    local path = options.async and job.row.id:find(ORDERED) and "/async/images/generations" or "/images/generations"
    return {
        url = options.base_url .. path, headers = images_api.bearer(options),
        body = {
            model = job.model, prompt = job.prompt, size = job.size and job.size.text, quality = job.quality,
            watermark_enabled = options.watermark, user_id = user_id(job.request.user),
        },
    }
end

local function ask(id, step, options)
    return {
        call = { method = "GET", url = ("%s/async-result/%s"):format(options.base_url, id), headers = images_api.bearer(options) },
        after = math.min(1 + step, 3), id = id, memo = { id = id },
    }
end

-- No picture, but a filter that took something seriously: 0 is the worst that it says, 3 next to nothing.
local function filtered(entries)
    for _, entry in ipairs(type(entries) == "table" and entries or {}) do
        local level = type(entry) == "table" and tonumber(entry.level)
        if level and level <= 1 then
            return pictor.fail("content_policy_violation", ("prompt: expected one that the provider draws, got level %d of its filter (%s)")
                :format(level, pictor.words(entry.role)), { param = "prompt", charged = true })
        end
    end
    return nil
end

local function drawn(json, pictures, job)
    local err = #pictures == 0 and (codes.fail(json.error, job) or filtered(json.content_filter))
    if err then
        return nil, err
    end
    return { pictures = pictures }
end

local function failed(json, job)
    return codes.fail(json.error, job) or filtered(json.content_filter) or pictor.fail("upstream_error",
        ("%s: expected a picture, got FAIL"):format(job.provider.name), { charged = true, retry = true })
end

-- Still under way, as in states that nobody knows yet.
local function go_on(answer, job)
    local id, strange = orders.id(answer.memo and answer.memo.id or answer.json.id, job)
    if not id then
        return nil, strange
    end
    local err = answer.json.task_status == nil and codes.fail(answer.json.error, job)
    if err then
        return nil, orders.lost(err)
    end
    return ask(id, answer.step, job.options)
end

local function read(answer, job)
    local json, state = answer.json, answer.json.task_status
    if state == nil and not answer.memo then
        return drawn(json, images_api.pictures(json), job)
    elseif state == "SUCCESS" then
        return drawn(json, images_api.pictures { data = json.image_result }, job)
    elseif state == "FAIL" then
        return nil, failed(json, job)
    end
    return go_on(answer, job)
end

local function read_error(answer, job, fail)
    local err = type(answer.json) == "table" and codes.fail(answer.json.error, job, fail) or fail
    return orders.read_error(answer, err)
end

return {
    families = { "glm-image", "cogview-" },
    takes = { "quality", "size", "user" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.z.ai/api/paas/v4",
            about = "Where the API is, up to and with its version; https://open.bigmodel.cn/api/paas/v4 in China.",
        },
        async = { type = "boolean", default = false, about = "Order GLM-Image's pictures and ask for them later." },
        watermark = { type = "boolean", default = false, about = "Let pictures be marked as drawn by a machine." },
    },
    build = build,
    read = read,
    read_error = read_error,
}
