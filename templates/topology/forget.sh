# What is kept of people, once nobody is to be told.
rm -f {{directory}}/contacts.* {{directory}}/get_site_contacts.*
