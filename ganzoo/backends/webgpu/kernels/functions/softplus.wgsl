fn softplus(a:vec4f)->vec4f{return max(a,vec4f())+log(1+exp(-abs(a)));}
