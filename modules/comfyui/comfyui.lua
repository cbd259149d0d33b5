-- comfyui.lua - how is a picture drawn by ComfyUI, with a workflow of the operator's?
--
-- A machine that runs graphs, not models: a model's id names a workflow, and what was
-- asked for goes into its holes. Input pictures are brought first, the workflow is
-- ordered, its history is looked at until it is there, then each picture is fetched.
-- SPDX-License-Identifier: MIT

local calls = require "calls"
local inspect = require "inspect"
local said = require "said"

local FIRST_LOOK, NEXT_LOOK = 0.5, 1        -- seconds

local function build(job)
    local first, err = calls.begin(job, calls.memo(job))
    return first and first.call, err
end

-- ---- the answers -------------------------------------------------------------------------------------------------

-- Once there is an order, partner nodes in it may have cost money.
local function trouble(job, memo, code, got, retry)
    return nil, pictor.fail(code, ("%s: expected a picture, got %s"):format(job.provider.name, got),
        { charged = memo.at ~= "brought", retry = retry })
end

local steps = {}

function steps.brought(answer, job, memo)
    local name, folder = answer.json.name, answer.json.subfolder
    if type(name) ~= "string" then
        return trouble(job, memo, "invalid_upstream_response", "no name for one that was brought: " .. pictor.show(name))
    end
    memo.names[#memo.names + 1] = type(folder) == "string" and folder ~= "" and folder .. "/" .. name or name
    return calls.begin(job, memo)
end

function steps.ordered(answer, job, memo)
    local id = answer.json.prompt_id
    if type(id) ~= "string" or not id:match "^[%w-]+$" then
        return trouble(job, memo, "invalid_upstream_response", "an order without a prompt_id: " .. pictor.show(id))
    end
    memo.id = id
    return calls.look(job, memo, FIRST_LOOK)
end

-- While nothing is there, it waits or is under way.
function steps.looked(answer, job, memo)
    local found = answer.json[memo.id]
    if found == nil then
        return calls.look(job, memo, NEXT_LOOK)
    end
    local failure = said.failure(found.status)
    memo.files, memo.fetched = said.files(found.outputs), 0
    if failure then
        return trouble(job, memo, "upstream_error", failure)
    elseif #memo.files == 0 then
        return trouble(job, memo, "no_images_generated", "an order without one", true)
    end
    return calls.fetch(job, memo)
end

function steps.fetched(answer, job, memo)
    if not answer.picture then
        return trouble(job, memo, "invalid_upstream_response", "JSON")
    end
    memo.fetched = memo.fetched + 1
    memo.pictures[#memo.pictures + 1] = { data = answer.picture }
    return calls.fetch(job, memo)
end

local function read(answer, job)
    local memo = answer.memo or calls.memo(job)
    return steps[memo.at](answer, job, memo)
end

-- The workflow is the operator's: what is wrong with it is not the client's fault, and another provider may do it.
local function read_error(answer, job, fail)
    local words = { [400] = "a workflow that it refuses: ", [404] = "no such file or API", [405] = "no such API" }
    local got = words[answer.status]
    if not got then
        return fail
    end
    got = answer.status == 400 and got .. said.fault(answer.json) or got
    return pictor.fail("upstream_error", ("%s: expected a picture, got %s"):format(job.provider.name, got))
end

local function check(options)
    local expected, got = inspect.size_problem(options.size)
    if expected then
        return "size", expected, got
    end
    for _, id in ipairs(said.keys(options.workflows)) do
        local behind, wish, found = inspect.entry_problem(options.workflows[id])
        if behind then
            return ("workflows.%s%s"):format(id, behind), wish, found
        end
    end
    return inspect.missing(options)
end

return {
    families = {},
    row = {
        pixels = { min = 64, max = 4096, step = 16 }, n = 4, inputs = 16, mask = "alpha", formats = { "png" }, transparent = false,
    },
    takes = { "images", "mask", "n", "seed", "size" },
    options = {
        base_url = { type = "url", default = "http://127.0.0.1:8188", about = "Where the server is." },
        workflows = {
            type = "list", required = true, about = "A model's id = its workflow in API format, or { text, edit, inpaint, size }.",
        },
        size = { type = "text", default = "1024x1024", about = "What a workflow draws when no size was asked for." },
        api_key = { type = "text", secret = true, about = "Sent as X-API-Key, for a server behind something that wants one." },
        comfy_org_key = { type = "text", secret = true, about = "The key that partner nodes in a workflow are paid with." },
    },
    check = check,
    build = build,
    read = read,
    read_error = read_error,
}
