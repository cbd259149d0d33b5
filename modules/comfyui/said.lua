-- said.lua - which pictures are in an answer, or what went wrong?
--
-- The server talks of nodes. Its words are kept: who has drawn the workflow knows the
-- node by its number, and nobody else can mend it.
-- SPDX-License-Identifier: MIT

local said = {}

local function text_or(value, default)
    return type(value) == "string" and value or default
end

local object = require("typed").object

-- The keys of an object; nodes by their numbers, as they stand in the editor ("12:3" is in a group).
function said.keys(value)
    local keys = {}
    for key in pairs(value) do
        keys[#keys + 1] = tostring(key)
    end
    table.sort(keys, function(a, b)
        local x, y = tonumber(a) or math.huge, tonumber(b) or math.huge
        return x < y or (x == y and a < b)
    end)
    return keys
end

-- -> { { filename, subfolder, type } } of all nodes; previews only where nothing else is.
function said.files(outputs)
    local found = { output = {}, temp = {} }
    for _, id in ipairs(said.keys(object(outputs))) do
        for _, file in ipairs(object(object(outputs[id]).images)) do
            local one = object(file)
            local kind = one.type or "output"
            if found[kind] and type(one.filename) == "string" then
                table.insert(found[kind], { filename = one.filename, subfolder = text_or(one.subfolder, ""), type = kind })
            end
        end
    end
    return #found.output > 0 and found.output or found.temp
end

-- status: an order's in the history. -> nil, or why it ended badly
function said.failure(status)
    status = object(status)
    if status.status_str ~= "error" then
        return nil
    end
    for _, message in ipairs(object(status.messages)) do
        local event, about = object(message)[1], object(object(message)[2])
        if event == "execution_error" then
            return ("an error of node %s (%s): %s"):format(pictor.words(about.node_id), pictor.words(about.node_type),
                pictor.words(about.exception_message))
        elseif event == "execution_interrupted" then
            return "an order that somebody has interrupted"
        end
    end
    return "an order that failed"
end

-- The body of a 400. -> "node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: …)"
function said.fault(body)
    body = object(body)
    local nodes = object(body.node_errors)
    for _, id in ipairs(said.keys(nodes)) do
        local node = object(nodes[id])
        local first = object(object(node.errors)[1])
        if first.message then
            return pictor.words(("node %s (%s): %s (%s)"):format(id, text_or(node.class_type, "?"), text_or(first.message, "?"),
                text_or(first.details, "")))
        end
    end
    return pictor.words(object(body.error).message or text_or(body.error, "status 400"))
end

return said
