"""Web sites: folders of static pages that let visitors try exported networks."""
