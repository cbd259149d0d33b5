-- inspect.lua - is what the configuration calls a workflow one?
--
-- Asked once, at start: a workflow that cannot be right stops it, with what is wrong.
-- What nodes and files the server has is known only there.
-- SPDX-License-Identifier: MIT

local workflow = require "workflow"

local EXPECTED = "a workflow as text, such as file \"flow.json\""
local KNOWN = { prompt = true, seed = true, width = true, height = true, n = true, mask = true, image = true }
for i = 2, 16 do
    KNOWN["image_" .. i] = true
end
local FIELDS = { text = true, edit = true, inpaint = true, size = true }
local ROLES = {
    text = { "neither %image% nor %mask% in a workflow for words alone" },
    edit = { "%image% and no %mask% in a workflow for edits", image = true },
    inpaint = { "%image% and %mask% in a workflow for masks", image = true, mask = true },
}

local inspect = {}

-- Each: -> nil, or what was expected and got

local function nodes_problem(nodes)
    if type(nodes.nodes) == "table" and nodes.links then
        return "it in API format (in the editor: Export (API))", "it as the editor keeps it"
    end
    for id, node in pairs(nodes) do
        if type(node) ~= "table" or type(node.class_type) ~= "string" then
            return "nodes with a class_type", "none in " .. pictor.show(id)
        end
    end
    return next(nodes) == nil and "nodes" or nil, "none"
end

-- -> the first name that nobody knows, how many are of pictures
local function counted(holes)
    local strange, pictures = {}, 0
    for name in pairs(holes) do
        strange[#strange + 1] = not KNOWN[name] and "%" .. name .. "%" or nil
        pictures = pictures + (name:match "^image" and 1 or 0)
    end
    table.sort(strange)
    return strange[1], pictures
end

local function holes_problem(holes, kind)
    local strange, pictures = counted(holes)
    local role = ROLES[kind]
    if strange then
        return "holes of which modules/comfyui/README.md has a row", strange
    elseif not holes.prompt then
        return "%prompt% in it", "none"
    elseif holes.width ~= holes.height then
        return "%width% and %height%, or neither", "one of them"
    elseif pictures ~= workflow.pictures(holes) then
        return "%image%, %image_2% and so on without a gap", "others"
    elseif holes.image ~= role.image or holes.mask ~= role.mask then
        return role[1], "others"
    end
    return nil
end

local function text_problem(text, kind)
    if type(text) ~= "string" then
        return EXPECTED, pictor.show(text)
    end
    local nodes, reason = pictor.json.decode(text)
    if type(nodes) ~= "table" then
        return "a workflow as JSON", reason or pictor.show(text)
    end
    local expected, got = nodes_problem(nodes)
    if not expected then
        expected, got = holes_problem(workflow.holes(text), kind)
    end
    return expected, got
end

function inspect.size_problem(value)
    local good = type(value) == "string" and value:match "^[1-9]%d?%d?%d?x[1-9]%d?%d?%d?$"
    return not good and "WIDTHxHEIGHT such as 1024x1024" or nil, pictor.show(value)
end

-- One field of { text, edit, inpaint, size }.
local function field_problem(name, value)
    if not FIELDS[name] then
        return "one of text, edit, inpaint, size", "an unknown field"
    elseif name == "size" then
        return inspect.size_problem(value)
    end
    return text_problem(value, name)
end

-- given: an entry of the option workflows. -> nil, or what stands behind its name, what was expected and got
function inspect.entry_problem(given)
    if type(given) ~= "table" then
        local expected, got = text_problem(given, type(given) == "string" and workflow.kind(given))
        return expected and "", expected, got
    elseif not (given.text or given.edit or given.inpaint) then
        return ".text", EXPECTED, "nil"
    end
    for name, value in pairs(given) do
        local expected, got = field_problem(name, value)
        if expected then
            return "." .. tostring(name), expected, got
        end
    end
    return nil
end

-- An id that the configuration serves, and that has no workflow. -> the option's name, what was expected and got | nil
function inspect.missing(options)
    local models = options.models or { allow = {}, rename = {} }
    for _, id in ipairs(models.allow) do
        local sent = models.rename[id] or id
        if not id:match "[-/]$" and not options.workflows[sent] then
            return "workflows." .. sent, EXPECTED, "nil"
        end
    end
    return next(options.workflows) == nil and "workflows" or nil, "at least one", "none"
end

return inspect
