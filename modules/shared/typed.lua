-- typed.lua - is this value what it should be?
--
-- In an answer anything may be of any shape.
-- SPDX-License-Identifier: MIT

local typed = {}

-- -> a text, or nil
function typed.text(value)
    return type(value) == "string" and value or nil
end

-- -> a text with something in it, or nil
function typed.filled(value)
    return type(value) == "string" and value ~= "" and value or nil
end

-- -> a table, in place of anything else one with nothing in it
function typed.object(value)
    return type(value) == "table" and value or {}
end

return typed
