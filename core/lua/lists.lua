-- lists.lua - what is in this table?
-- SPDX-License-Identifier: MIT
local lists = {}

-- The keys of a table, which are texts, in an order that does not change.
function lists.keys(object)
    local keys = {}
    for key in pairs(object) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    return keys
end

-- Is the value in the list? In no list, it is not.
function lists.includes(list, value)
    for _, entry in ipairs(list or {}) do
        if entry == value then
            return true
        end
    end
    return false
end

return lists
