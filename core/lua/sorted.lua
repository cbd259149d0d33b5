-- sorted.lua - the keys of a table, in an order that does not change
-- SPDX-License-Identifier: MIT

-- -> list of its keys, which are texts
return function(object)
    local keys = {}
    for key in pairs(object) do
        keys[#keys + 1] = key
    end
    table.sort(keys)
    return keys
end
