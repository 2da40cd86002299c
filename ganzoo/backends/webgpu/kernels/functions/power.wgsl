// The language's own is for positive bases.
fn power(a:vec4f,b:vec4f)->vec4f{return pow(abs(a),b)*select(vec4f(1),vec4f(-1),(a<vec4f())&(abs(b%2)==vec4f(1)));}
