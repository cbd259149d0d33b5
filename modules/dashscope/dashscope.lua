-- dashscope.lua - how is a picture asked for at Alibaba's Model Studio?
--
-- Qwen-Image, Wan and Z-Image, each told by body.lua in its own way. The answer is links,
-- at once or after an order has been asked for; trouble is a code, which codes.lua knows,
-- and which may come with status 200.
-- SPDX-License-Identifier: MIT
local body = require "body"
local codes = require "codes"
local images_api = require "images_api"
local orders = require "orders"
local typed = require "typed"

local text, object = typed.filled, typed.object

local function entries(value)
    return ipairs(object(value))
end

local function build(job)
    local err = body.unfit(job)
    if err then
        return nil, err
    end
    local way, headers = body.way(job), images_api.bearer(job.options)
    headers["x-dashscope-async"] = way.order and "enable" or nil
    return { url = job.options.base_url .. way.path, headers = headers, body = body.of(job, way) }
end

-- Every three seconds is what the API asks for; the quick ones are done before. Only an order that waits can be called off.
local function ask(id, step, options)
    local url = ("%s/tasks/%s"):format(options.base_url, id)
    return {
        call = { method = "GET", url = url, headers = images_api.bearer(options) }, after = math.min(1 + step, 3), id = id,
        cancel = { method = "POST", url = url .. "/cancel", headers = images_api.bearer(options) }, memo = { id = id },
    }
end

-- An answer to a message: each choice has pictures, and perhaps the prompt as it was rewritten.
local function of_choices(pictures, choices, prompt)
    for _, choice in entries(choices) do
        local first, words = #pictures + 1, nil
        for _, part in entries(object(object(choice).message).content) do
            local link = text(object(part).image)
            pictures[#pictures + 1] = link and { data = link }
            words = words or text(object(part).text)
        end
        for i = first, #pictures do
            pictures[i].revised_prompt = words ~= prompt and words or nil
        end
    end
end

-- An answer to a prompt. Some may have failed. -> what is said of the first of those
local function of_results(pictures, results, prompt)
    local failed
    for _, result in entries(results) do
        local link = text(object(result).url)
        local words = text(object(result).actual_prompt)
        pictures[#pictures + 1] = link and { data = link, revised_prompt = words ~= prompt and words or nil }
        failed = failed or not link and object(result) or nil
    end
    return failed
end

-- No picture at all, and nothing said of why, is the core's to say.
local function drawn(json, job)
    local output, pictures = object(json.output), {}
    of_choices(pictures, output.choices, job.prompt)
    local failed = of_results(pictures, output.results, job.prompt)
    local err = #pictures == 0 and (codes.fail(failed or {}, job) or codes.fail(output, job) or codes.fail(json, job))
    if err then
        return nil, err
    end
    local each = job.options.prompt_extend and job.prices and job.prices.extended
    return { pictures = pictures, cost = each and each * #pictures or nil }
end

local ENDS = { FAILED = true, CANCELED = true, UNKNOWN = true }       -- the last: it has been forgotten

-- The end of an order that gave no picture -> fail; nil while it goes on, as in states that nobody knows yet.
local function ended(json, job)
    local output = object(json.output)
    local err = codes.fail(output.task_status and output or json, job)
    if output.task_status == nil then
        return err and orders.lost(err)
    end
    return ENDS[output.task_status]
        and (err or pictor.fail("upstream_error", ("%s: expected a picture, got %s"):format(job.provider.name, output.task_status))) or nil
end

local function read(answer, job)
    local output = object(answer.json.output)
    local given = answer.memo and answer.memo.id or output.task_id
    if given == nil or output.task_status == "SUCCEEDED" then
        return drawn(answer.json, job)
    end
    local id, strange = orders.id(given, job)
    if not id then
        return nil, strange
    end
    local err = ended(answer.json, job)
    if err then
        return nil, err
    end
    return ask(id, answer.step, job.options)
end

local function read_error(answer, job, fail)
    return orders.read_error(answer, codes.fail(object(answer.json), job, fail) or fail)
end

return {
    families = { "qwen-image", "wan2.", "wanx", "z-image" },
    takes = { "images", "n", "seed", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API; each region has keys of its own." },
        base_url = {
            type = "url", default = "https://dashscope-intl.aliyuncs.com/api/v1",
            about = "Where the API is, up to and with its version: Singapore; https://dashscope.aliyuncs.com/api/v1 is Beijing.",
        },
        prompt_extend = {
            type = "boolean", default = false,
            about = "Let the prompt be rewritten before it is drawn; Z-Image costs twice as much then.",
        },
        async = {
            type = "boolean", default = false,
            about = "Order pictures and ask for them later, where the model leaves the choice.",
        },
    },
    build = build,
    read = read,
    read_error = read_error,
}
